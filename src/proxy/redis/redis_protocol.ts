/**
 * Serves complete Redis requests: looks the command up, finds its keys, asks the router, and hands the bytes to a
 * lane. Requests with one key take the short way in `serve`; everything else is decided in `#serveOther`.
 */
import type { PoolConfig } from "../../config/mod.ts";
import { isWord } from "../../protocol/arguments.ts";
import { NEVER_WAITS, waitOf } from "../../protocol/redis/blocking_option.ts";
import { arityFits, lookupCommand, subcommandIn } from "../../protocol/redis/command_lookup.ts";
import type { Command } from "../../protocol/redis/command.ts";
import { ALL_COMMANDS } from "../../protocol/redis/command_table.ts";
import { KeyFinder } from "../../protocol/redis/key_finder.ts";
import { ReplyScanner } from "../../protocol/redis/reply_scanner.ts";
import type { RequestLimits } from "../../protocol/redis/request_limits.ts";
import { RequestScanner } from "../../protocol/redis/request_scanner.ts";
import { Families } from "../families.ts";
import { NO_SERVER } from "../failure.ts";
import { SEVERAL } from "../placement.ts";
import type { Pool } from "../pool.ts";
import type { Greeting, ProbeQuestion, Protocol, VersionQuestion } from "../protocol.ts";
import type { Session } from "../session.ts";
import type { Variant } from "../variant.ts";
import { isSettled, reserve } from "../cluster/settling.ts";
import { waitsForLayout } from "../cluster/unknown_layout.ts";
import { Everywhere } from "./everywhere.ts";
import { encodeCommand, laneGreeting } from "./greeting.ts";
import { served } from "./reply_mode.ts";
import { LocalCommands } from "./local_commands.ts";
import { Permissions } from "./permissions.ts";
import type { Backend } from "../backend.ts";
import type { Lane } from "../lane.ts";
import { laneTo } from "../session_lane.ts";
import { appendRange } from "../request_bytes.ts";
import { noteKey } from "../request_key.ts";
import { fixedUnit, Home } from "./home.ts";
import { NEVER_QUEUED } from "./block_rules.ts";
import { Scan } from "./scan.ts";
import { Scripts } from "./scripts.ts";
import { Publisher } from "./publisher.ts";
import { keyFault, requestFault, unknownCommand } from "./request_faults.ts";
import { ruleFault } from "./request_rules.ts";
import { Splitter } from "./splitter.ts";
import { StatefulCommands } from "./stateful_commands.ts";
import { errorReply } from "./replies.ts";
import { become, Users } from "./users.ts";

/** Commands a stranger may use to become a friend. */
const BEFORE_AUTH = new Set(["auth", "hello", "quit", "reset"]);

/** The groups of Redis's documentation. */
const FAMILIES = new Families(ALL_COMMANDS.map(({ group }) => group));
const PONG = Buffer.from("+PONG\r\n");

/** PING, answered by exactly +PONG: an error such as LOADING or NOAUTH means that the server can't serve. */
const PING: ProbeQuestion = {
  bytes: Buffer.from("*1\r\n$4\r\nPING\r\n"),
  accepts: (reply) => PONG.equals(reply),
};

const INFO_SERVER: VersionQuestion = {
  bytes: encodeCommand(["INFO", "server"]),
  pattern: /^redis_version:([0-9.]+)/m,
  unknown: "6.0.0",
};

/** Redis on both sides of one pool. */
export class RedisProtocol implements Protocol {
  readonly probe = PING;
  readonly version = INFO_SERVER;
  readonly families = FAMILIES;
  readonly #pool: Pool;
  readonly #limits: RequestLimits;
  readonly #finder = new KeyFinder();
  readonly #home = new Home();
  readonly #splitter: Splitter;
  readonly #users: Users;
  readonly #permissions: Permissions;
  readonly #everywhere: Everywhere;
  readonly #scan: Scan;
  readonly #scripts: Scripts;
  readonly #local: LocalCommands;
  readonly #stateful: StatefulCommands;
  readonly #publisher: Publisher;

  constructor(pool: Pool) {
    const { config } = pool;
    this.#pool = pool;
    this.#limits = config;
    this.#splitter = new Splitter(pool);
    this.#everywhere = new Everywhere(pool);
    this.#scan = new Scan(pool);
    this.#scripts = new Scripts(pool.protocol instanceof RedisProtocol ? pool.protocol.#scripts : null);
    this.#users = new Users(config);
    this.#permissions = new Permissions(config);
    this.#stateful = new StatefulCommands(pool);
    this.#local = new LocalCommands(pool, this.#users, this.#permissions);
    this.#publisher = new Publisher(pool);
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
    const command = lookupCommand(request.bytesOf(0), request.start(0), request.end(0));
    if (
      command !== null && command.singleKey && session.client.unrestricted &&
      arityFits(command, request.count)
    ) {
      session.client.lastCommand = command.id;
      const server = this.#pool.router.route(request.bytesOf(1), request.start(1), request.end(1));
      this.#pool.hotKeys.pass(request, 1, server);
      const backend = server < 0 ? null : this.#pool.backends[server]!;
      this.#send(session, request, command, backend, backend === null ? null : backend.laneOf(session), 1);
    } else {
      this.#serveOther(session, request, command);
      if (session.client.redis !== null) served(session);
    }
  }

  #forward(session: Session, request: RequestScanner, command: Command, server: number, key: number): void {
    const backend = server < 0 ? null : this.#pool.backends[server]!;
    const lane = backend === null ? null : laneTo(session, backend);
    this.#send(session, request, command, backend, lane, key);
  }

  /** Sends the request, null being the lane to no server; argument `key` is its first key, 0 when it has none. */
  #send(
    session: Session,
    request: RequestScanner,
    command: Command,
    backend: Backend | null,
    lane: Lane | null,
    key: number,
  ): void {
    const isUnowned = backend === null || lane === null;
    if (isUnowned && this.#pool.redirects?.park(session, request)) return;
    const record = session.expect(command.id + 1);
    if (key > 0) noteKey(record, request, key);
    if (isUnowned) {
      this.#pool.fail(record, NO_SERVER, null);
      return;
    }
    if (!command.retrySafe) session.client.wrote |= backend.counters.mark;
    session.charge(record);
    if (!lane.begin(record)) return;
    appendRange(lane.outbox, request, request.from, request.to);
    lane.push();
    if (lane.full) session.waitFor(lane);
  }

  #serveOther(session: Session, request: RequestScanner, found: Command | null): void {
    if (!session.client.isSettled && !isSettled(session, found, request, this.#home)) return;
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
    const transaction = session.client.redis?.transaction ?? null;
    const fault = command === null ? unknownCommand(found, request) : requestFault(session, command, request);
    if (command === null || fault !== "") {
      this.#stateful.reject(session, command, fault);
      return;
    }
    const { user } = session.client;
    const denial = user === null ? "" : this.#permissions.denial(user, command, request);
    const refusal = denial || ruleFault(session, command, request);
    if (refusal !== "") {
      this.#stateful.reject(session, command, refusal);
      return;
    }
    session.client.lastCommand = command.id;
    if (transaction !== null && !NEVER_QUEUED.has(command.name)) {
      this.#stateful.transactions.queue(session, transaction, command, request);
    } else if (waitsForLayout(session, request, command)) return;
    else if (command.handling === "local") this.#local.serve(session, command, request);
    else if (command.handling === "stateful") this.#stateful.serve(session, command, request);
    else if (this.#pool.pause.holds(command.retrySafe)) this.#putBack(session, request);
    else if (command.handling === "scan") this.#scan.serve(session, request, command);
    else if (command.merge !== null) this.#serveEverywhere(session, request, command);
    else if (command.handling === "publish") this.#publish(session, request, command);
    else this.#serveKeys(session, request, command);
  }

  #putBack(session: Session, request: RequestScanner): void {
    this.#pool.pause.wait(session);
    session.putBack(request.copy());
  }

  #publish(session: Session, request: RequestScanner, command: Command): void {
    const server = this.#publisher.serverOf(command, request);
    if (server < 0 || this.#publisher.countsRight) this.#forward(session, request, command, server, 0);
    else this.#publisher.send(session, request, command, server);
  }

  #serveKeys(session: Session, request: RequestScanner, command: Command): void {
    const count = this.#dispatch(session, request, command);
    // Its units are those that were placed last.
    if (count > 1 && this.#pool.redirects !== null) reserve(session, this.#splitter.crowdedUnits(count));
  }

  /** Answers how many keys the request has. */
  #dispatch(session: Session, request: RequestScanner, command: Command): number {
    const finder = this.#finder;
    const count = finder.findKeys(command, request);
    if (count < 0) {
      session.reply(errorReply(keyFault(count)));
      return 0;
    }
    this.#pool.hotKeys.passAll(request, finder.keys, count);
    const { router } = this.#pool;
    const unit = count === 0 ? fixedUnit(router) : this.#splitter.place(request, finder.keys, count);
    const server = unit < 0 ? unit : router.ownerOf(unit);
    const key = count === 0 ? 0 : finder.keys[0]!;
    const waitMs = waitOf(command, request);
    if (waitMs !== NEVER_WAITS && server >= 0) {
      this.#stateful.pinned.wait(session, this.#pool.backends[server]!, command, request, key, waitMs);
    } else if (command.handling === "script" && server >= 0) {
      this.#serveScript(session, request, command, server, key);
    } else if (server !== SEVERAL) {
      this.#forward(session, request, command, server, key);
    } else if (command.handling === "forward" || command.handling === "script") {
      session.reply(errorReply("CROSSSLOT Keys in request don't live on the same server"));
    } else {
      this.#splitter.send(session, request, command, finder.keys, count);
    }
    return count;
  }

  #serveScript(
    session: Session,
    request: RequestScanner,
    command: Command,
    server: number,
    key: number,
  ): void {
    const script = this.#scripts.scriptOf(request, command);
    if (script === null) {
      this.#scripts.note(request, command);
      this.#forward(session, request, command, server, key);
    } else {
      const record = session.expect(command.id + 1);
      if (key > 0) noteKey(record, request, key);
      this.#scripts.run(script, record, request, laneTo(session, this.#pool.backends[server]!));
    }
  }

  /** What one server says of itself alone needs no merging, and may be longer than can be kept. */
  #serveEverywhere(session: Session, request: RequestScanner, command: Command): void {
    this.#scripts.note(request, command);
    if (this.#everywhere.isPlain(command)) this.#forward(session, request, command, 0, 0);
    else this.#everywhere.ask(session, request, command);
  }
}
