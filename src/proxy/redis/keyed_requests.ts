/** Requests that go where their keys are: to one server, split over several, or to a replica. */
import { NEVER_WAITS, waitOf } from "../../protocol/redis/blocking_option.ts";
import type { Command } from "../../protocol/redis/command.ts";
import { KeyFinder } from "../../protocol/redis/key_finder.ts";
import type { RequestScanner } from "../../protocol/redis/request_scanner.ts";
import { reserve } from "../cluster/settling.ts";
import { SEVERAL } from "../placement.ts";
import type { Pool } from "../pool.ts";
import { noteKey } from "../request_key.ts";
import type { Session } from "../session.ts";
import { laneTo } from "../session_lane.ts";
import type { Forwarder } from "./forwarder.ts";
import { fixedUnit } from "./home.ts";
import type { PinnedRequests } from "./pinned_requests.ts";
import { errorReply } from "./replies.ts";
import { keyFault } from "./request_faults.ts";
import type { Scripts } from "./scripts.ts";
import { Splitter } from "./splitter.ts";

/** Serves them for one pool. */
export class KeyedRequests {
  readonly #pool: Pool;
  readonly #forwarder: Forwarder;
  readonly #scripts: Scripts;
  readonly #pinned: PinnedRequests;
  readonly #finder = new KeyFinder();
  readonly #splitter: Splitter;

  constructor(pool: Pool, forwarder: Forwarder, scripts: Scripts, pinned: PinnedRequests) {
    this.#pool = pool;
    this.#forwarder = forwarder;
    this.#scripts = scripts;
    this.#pinned = pinned;
    this.#splitter = new Splitter(pool);
  }

  /** The short way of sessions whose reads may go to replicas. */
  serveSpread(session: Session, request: RequestScanner, command: Command): void {
    session.client.lastCommand = command.id;
    const server = this.#pool.router.route(request.bytesOf(1), request.start(1), request.end(1));
    this.#pool.hotKeys.pass(request, 1, server);
    if (this.#pool.replicas.reads!.serveOne(session, request, command, server)) return;
    this.#forwarder.forward(session, request, command, server, 1);
  }

  /** Serves a request; without keys it goes to a fixed server. */
  serve(session: Session, request: RequestScanner, command: Command): void {
    const count = this.#serve(session, request, command);
    // Its units are those that were placed last.
    if (count > 1 && this.#pool.redirects !== null) reserve(session, this.#splitter.crowdedUnits(count));
  }

  /** Answers how many keys the request has. */
  #serve(session: Session, request: RequestScanner, command: Command): number {
    const finder = this.#finder;
    const count = finder.findKeys(command, request);
    if (count < 0) {
      session.reply(errorReply(keyFault(command, count)));
      return 0;
    }
    this.#pool.hotKeys.passAll(request, finder.keys, count);
    const { router } = this.#pool;
    const unit = count === 0 ? fixedUnit(router) : this.#splitter.place(request, finder.keys, count);
    const server = unit < 0 ? unit : router.ownerOf(unit);
    const key = count === 0 ? 0 : finder.keys[0]!;
    const { reads } = this.#pool.replicas;
    if (!command.retrySafe) reads?.noteWrites(session, command, request, finder.keys, count);
    const waitMs = waitOf(command, request);
    if (waitMs !== NEVER_WAITS && server >= 0) {
      this.#pinned.wait(session, this.#pool.backends[server]!, command, request, key, waitMs);
    } else if (command.handling === "script" && server >= 0) {
      this.#serveScript(session, request, command, server, key);
    } else if (server !== SEVERAL) {
      if (reads?.serve(session, request, command, server, finder.keys, count)) return count;
      this.#forwarder.forward(session, request, command, server, key);
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
      this.#forwarder.forward(session, request, command, server, key);
    } else {
      const record = session.expect(command.id + 1);
      if (key > 0) noteKey(record, request, key);
      this.#scripts.run(script, record, request, laneTo(session, this.#pool.backends[server]!));
    }
  }
}
