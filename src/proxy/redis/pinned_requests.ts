/**
 * Requests that need a connection of their own: WATCH, and those that wait for data. A session that has none to the
 * server yet first waits until all it has asked is answered, so that nothing is overtaken.
 */
import type { Command } from "../../protocol/redis/command.ts";
import type { RequestScanner } from "../../protocol/redis/request_scanner.ts";
import { turn } from "../../transport/turn.ts";
import type { Backend } from "../backend.ts";
import { NO_SERVER } from "../failure.ts";
import { SEVERAL } from "../placement.ts";
import type { Pool } from "../pool.ts";
import { Request } from "../request.ts";
import { appendRange } from "../request_bytes.ts";
import type { Session } from "../session.ts";
import { QUIET } from "../stall.ts";
import { connectionId } from "./connection_ids.ts";
import { Home } from "./home.ts";
import type { Pin } from "./pins.ts";
import { stateOf } from "./redis_session.ts";
import { errorReply, OK } from "./replies.ts";

const CROSSSLOT = errorReply("CROSSSLOT Watched keys don't live on the same server");

/** What a client reads when there are as many pinned lanes as there may be. */
export const ALL_PINNED =
  "ERR all connections to a server for clients that watch keys or wait for data are taken (max_pinned)";

/** The requests of one pool's clients that go over pinned lanes. */
export class PinnedRequests {
  readonly #pool: Pool;
  readonly #home = new Home();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** WATCH. */
  watch(session: Session, command: Command, request: RequestScanner): void {
    const state = stateOf(session);
    if (state.transaction !== null) {
      session.reply(errorReply("ERR WATCH inside MULTI is not allowed"));
      return;
    }
    const { router, backends } = this.#pool;
    const unit = this.#home.find(router, command, request);
    const backend = backends[router.ownerOf(unit)];
    const watching = state.pins.watching?.backend ?? backend;
    if (unit === SEVERAL || watching !== backend) {
      session.reply(CROSSSLOT);
    } else if (state.isWatchLost) {
      session.reply(OK);
    } else if (backend === undefined && this.#pool.redirects?.park(session, request)) {
      return;
    } else if (backend === undefined) {
      session.reply(errorReply(`ERR ${NO_SERVER.text}`));
    } else {
      const pin = this.#pinFor(session, backend, request);
      if (pin === null) return;
      pin.isWatching = true;
      this.#send(session, pin, command, request, 0);
    }
  }

  /** UNWATCH. */
  unwatch(session: Session): void {
    session.client.redis?.unwatch();
    session.reply(OK);
  }

  /** A request that may wait so long for data on a server; argument `key` is its first key. */
  wait(
    session: Session,
    backend: Backend,
    command: Command,
    request: RequestScanner,
    key: number,
    waitMs: number,
  ): void {
    const pin = this.#pinFor(session, backend, request);
    if (pin === null) return;
    void connectionId(pin.lane);
    pin.isBlocked = true;
    pin.waitsFor = Buffer.from(request.bytesOf(key).subarray(request.start(key), request.end(key)));
    this.#send(session, pin, command, request, waitMs);
    session.hold();
  }

  /** Null when the request was put back or refused. */
  #pinFor(session: Session, backend: Backend, request: RequestScanner): Pin | null {
    const { pins, tracker } = stateOf(session);
    // Nor may what a client that tracks has to be told wait behind a request that may wait for ever.
    if ((pins.on(backend) === null || tracker !== null) && session.replies.pending > 0) {
      session.putBack(request.asSent(), QUIET);
      return null;
    }
    const pin = pins.take(backend);
    if (pin === null) {
      session.reply(errorReply(ALL_PINNED));
    }
    return pin;
  }

  #send(
    session: Session,
    { backend, lane }: Pin,
    command: Command,
    request: RequestScanner,
    waitMs: number,
  ): void {
    // Its time to answer begins when its time to wait is over.
    const record = new Request(session, null, command.id + 1, turn.now + waitMs);
    session.replies.push(record);
    session.client.wrote |= backend.counters.mark;
    session.client.wroteMs = turn.now;
    session.charge(record);
    if (!lane.begin(record)) return;
    appendRange(lane.outbox, request, request.from, request.to);
    lane.push();
  }
}
