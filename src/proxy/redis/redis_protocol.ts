/**
 * Serves complete Redis requests: looks the command up, finds its keys, asks the router, and hands the bytes to a
 * lane. Requests with one key take the short way in `serve`; everything else is decided in `#serveOther`.
 */
import type { PoolConfig } from "../../config/mod.ts";
import { isWord } from "../../protocol/arguments.ts";
import { arityFits, subcommandIn } from "../../protocol/redis/command_lookup.ts";
import type { Command } from "../../protocol/redis/command.ts";
import { ReplyScanner } from "../../protocol/redis/reply_scanner.ts";
import type { RequestLimits } from "../../protocol/redis/request_limits.ts";
import { RequestScanner } from "../../protocol/redis/request_scanner.ts";
import { unknownCommand } from "../../protocol/redis/unknown_command.ts";
import type { Pool } from "../pool.ts";
import type { Greeting, Protocol } from "../protocol.ts";
import type { Session } from "../session.ts";
import type { Variant } from "../variant.ts";
import { isSettled } from "../cluster/settling.ts";
import { waitsForLayout } from "../cluster/unknown_layout.ts";
import { Everywhere } from "./everywhere.ts";
import { Forwarder } from "./forwarder.ts";
import { KeyedRequests } from "./keyed_requests.ts";
import { REDIS_FAMILIES } from "./redis_families.ts";
import { laneGreeting } from "./greeting.ts";
import { served } from "./reply_mode.ts";
import { LocalCommands } from "./local_commands.ts";
import { Permissions } from "./permissions.ts";
import type { Backend } from "../backend.ts";
import { Home } from "./home.ts";
import { NEVER_QUEUED } from "./block_rules.ts";
import { Learner } from "./learner.ts";
import { Scan } from "./scan.ts";
import { Scripts } from "./scripts.ts";
import { GuardRails } from "./guard_rails.ts";
import { Onlookers } from "./onlookers.ts";
import { Publisher } from "./publisher.ts";
import { requestFault } from "./request_faults.ts";
import { ruleFault } from "./request_rules.ts";
import { StatefulCommands } from "./stateful_commands.ts";
import { errorReply } from "./replies.ts";
import { INFO_SERVER, PING } from "./server_questions.ts";
import { become, Users } from "./users.ts";

/** Commands a stranger may use to become a friend. */
const BEFORE_AUTH = new Set(["auth", "hello", "quit", "reset"]);

/** Redis on both sides of one pool. */
export class RedisProtocol implements Protocol {
  readonly probe = PING;
  readonly version = INFO_SERVER;
  readonly families = REDIS_FAMILIES;
  /** What the pool's servers have beyond the table. */
  readonly learner: Learner;
  readonly #pool: Pool;
  readonly #limits: RequestLimits;
  readonly #rails: GuardRails;
  readonly #forwarder: Forwarder;
  readonly #keyed: KeyedRequests;
  readonly #home = new Home();
  readonly #users: Users;
  readonly #permissions: Permissions;
  readonly #everywhere: Everywhere;
  readonly #scan: Scan;
  readonly #scripts: Scripts;
  readonly #local: LocalCommands;
  readonly #stateful: StatefulCommands;
  readonly #publisher: Publisher;
  readonly #onlookers: Onlookers;

  constructor(pool: Pool) {
    const { config } = pool;
    this.#pool = pool;
    this.#limits = config;
    this.#rails = new GuardRails(pool);
    this.learner = pool.protocol instanceof RedisProtocol ? pool.protocol.learner : new Learner(pool);
    this.learner.reconfigured(this.#rails);
    this.#forwarder = new Forwarder(pool);
    this.#everywhere = new Everywhere(pool);
    this.#scan = new Scan(pool);
    this.#scripts = new Scripts(pool.protocol instanceof RedisProtocol ? pool.protocol.#scripts : null);
    this.#users = new Users(config);
    this.#permissions = new Permissions(config);
    this.#onlookers = new Onlookers(pool);
    this.#stateful = new StatefulCommands(pool, this.learner, this.#rails, this.#onlookers);
    this.#local = new LocalCommands({
      pool,
      users: this.#users,
      permissions: this.#permissions,
      learner: this.learner,
    });
    this.#publisher = new Publisher(pool);
    this.#keyed = new KeyedRequests(pool, this.#forwarder, this.#scripts, this.#stateful.pinned);
  }

  admit(session: Session): void {
    const { user } = session.client;
    const now = user === null ? this.#users.welcome : this.#users.named(user.name);
    const mayListen = !now || session.client.redis === null ||
      this.#permissions.mayListen(now, session.client.redis);
    if (now === null || (now?.enabled && mayListen)) {
      become(session, now);
    } else {
      this.#pool.sessionCut(
        session,
        `user ${user?.name} may not ${now?.enabled ? "listen to its channels" : "be here"} any more`,
      );
      become(session, null);
      session.finishAfterReplies();
    }
  }

  serverReady(backend: Backend): void {
    this.learner.serverReady(backend);
  }

  greetingFor(config: PoolConfig, variant: Variant): Greeting | null {
    return laneGreeting(config, variant);
  }

  newRequestReader(): RequestScanner {
    return new RequestScanner(this.#limits);
  }

  newReplyReader(): ReplyScanner {
    return new ReplyScanner();
  }

  errorReply(text: string): Uint8Array {
    return errorReply(`ERR ${text}`);
  }

  faultReply(text: string): Uint8Array {
    return this.errorReply(text);
  }

  serve(session: Session, request: RequestScanner): void {
    this.#pool.counters.requests++;
    const { catalogue } = this.learner;
    const command = catalogue.find(request.bytesOf(0), request.start(0), request.end(0));
    if (
      command !== null && command.singleKey && session.client.unrestricted &&
      arityFits(command, request.count)
    ) {
      session.client.lastCommand = command.id;
      const server = this.#pool.router.route(request.bytesOf(1), request.start(1), request.end(1));
      this.#pool.hotKeys.pass(request, 1, server);
      const backend = server < 0 ? null : this.#pool.backends[server]!;
      const lane = backend === null ? null : backend.laneOf(session);
      this.#forwarder.send(session, request, command, backend, lane, 1);
    } else {
      this.#serveOther(session, request, command);
      request.forgetReplaced();
      if (session.client.redis !== null) served(session);
    }
  }

  /** `entry` is the command as the pool's clients know it. */
  #serveOther(session: Session, request: RequestScanner, entry: Command | null): void {
    const found = entry === null ? null : this.learner.catalogue.realOf(entry);
    if (!session.client.isSettled && !isSettled(session, found, request, this.#home)) return;
    if (session.client.isSpread && entry !== null && entry.singleKey && arityFits(entry, request.count)) {
      this.#keyed.serveSpread(session, request, entry);
      return;
    }
    if (!session.client.authenticated && (found === null || !BEFORE_AUTH.has(found.name))) {
      session.reply(errorReply("NOAUTH Authentication required."));
      return;
    }
    if (found === null && (isWord(request, 0, "POST") || isWord(request, 0, "HOST:"))) {
      // A browser that was led here must not get to what follows, the body of its request.
      this.#pool.sessionFault(session, "a request of HTTP, possibly an attack through a browser");
      session.finishAfterReplies();
      return;
    }
    const command = found === null ? null : subcommandIn(found, request);
    if (command === null && this.learner.holds(session, request)) return;
    const { allowance } = session.client;
    if (allowance !== null && !allowance.admits(request.to - request.from)) {
      this.#pool.counters.requests--;
      session.putBack(request.copy());
    } else if (command === null) {
      this.#stateful.reject(session, command, unknownCommand(entry, request));
    } else {
      if (found!.name !== entry!.name) request.replace(0, Buffer.from(found!.name));
      this.#serveCommand(session, request, command);
    }
  }

  #serveCommand(session: Session, request: RequestScanner, command: Command): void {
    const { client } = session;
    const refusal = requestFault(session, command, request) || this.#rails.refusal(command) ||
      this.#denial(session, command, request) || ruleFault(this.#pool, command, request);
    if (refusal !== "") {
      this.#stateful.reject(session, command, refusal);
      return;
    }
    client.lastCommand = command.id;
    const transaction = client.redis?.transaction ?? null;
    if (transaction !== null && !NEVER_QUEUED.has(command.name)) {
      this.#stateful.transactions.queue(session, transaction, command, request);
      return;
    }
    client.isPutBack = false;
    this.#dispatch(session, request, command);
    if (client.isPutBack || !this.#onlookers.watch(session)) return;
    request.restore();
    this.#onlookers.see(session, command, request);
  }

  #denial(session: Session, command: Command, request: RequestScanner): string {
    const { user } = session.client;
    return user === null ? "" : this.#permissions.denial(user, command, request);
  }

  #dispatch(session: Session, request: RequestScanner, command: Command): void {
    if (waitsForLayout(session, request, command)) return;
    if (command.handling === "local") this.#local.serve(session, command, request);
    else if (command.handling === "stateful") this.#stateful.serve(session, command, request);
    else if (this.#pool.pause.holds(command.retrySafe)) this.#putBack(session, request);
    else if (command.handling === "scan") this.#scan.serve(session, request, command);
    else if (command.merge !== null) this.#serveEverywhere(session, request, command);
    else if (command.handling === "publish") this.#publish(session, request, command);
    else this.#keyed.serve(session, request, command);
  }

  #putBack(session: Session, request: RequestScanner): void {
    this.#pool.pause.wait(session);
    session.putBack(request.asSent());
  }

  #publish(session: Session, request: RequestScanner, command: Command): void {
    const server = this.#publisher.serverOf(command, request);
    if (server < 0 || this.#publisher.countsRight) {
      this.#forwarder.forward(session, request, command, server, 0);
    } else this.#publisher.send(session, request, command, server);
  }

  /** What one server says of itself alone needs no merging, and may be longer than can be kept. */
  #serveEverywhere(session: Session, request: RequestScanner, command: Command): void {
    this.#scripts.note(request, command);
    if (this.#everywhere.isPlain(command)) this.#forwarder.forward(session, request, command, 0, 0);
    else this.#everywhere.ask(session, request, command);
  }
}
