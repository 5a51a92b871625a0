/**
 * SCAN: one server after the other, in the order of their numbers. A cursor is all there is to know about a scan, so
 * that it may go on over any connection, worker or proxy; see `scan_cursor.ts`.
 *
 * What a scan promises is what Redis promises: a key that is there from beginning to end is given at least once. A
 * server that has gone has taken its keys along, so its cursors go on where the next one begins; in a cluster, whose
 * keys move, `cluster_scan.ts` knows better.
 */
import { ARRAY } from "../../protocol/redis/bytes.ts";
import type { Command } from "../../protocol/redis/command.ts";
import type { RequestScanner } from "../../protocol/redis/request_scanner.ts";
import { readCursor, readPosition, type ScanPlace, writeCursor } from "../../protocol/redis/scan_cursor.ts";
import type { Outbox } from "../../transport/outbox.ts";
import { turn } from "../../transport/turn.ts";
import { textOf } from "../../protocol/arguments.ts";
import type { Backend } from "../backend.ts";
import type { Pool } from "../pool.ts";
import { appendRange } from "../request_bytes.ts";
import { type ReplyBody, Request } from "../request.ts";
import type { Session } from "../session.ts";
import { laneTo } from "../session_lane.ts";
import { type Merge, type Merged, release, type ReplyLimit, Split } from "../split.ts";
import { ClusterScanRoute } from "./cluster_scan.ts";
import { FragmentReply } from "./fragment_reply.ts";
import { keysLimit } from "./keys_limit.ts";
import { UNEXPECTED } from "./merges.ts";
import { arrayReply, bulkReply, errorReply } from "./replies.ts";
import { emptyPage, firstFrom, type ScanRoute } from "./scan_route.ts";
import { errorAmong } from "./server_errors.ts";

const INVALID_CURSOR = errorReply("ERR invalid cursor");
const NO_NUMBERS = errorReply("ERR SCAN can't tell more than 1023 servers of a pool apart");
const FINISHED = arrayReply([bulkReply("0"), arrayReply([])]);

/** One server after the other, once. */
class PlainRoute implements ScanRoute {
  readonly stamps = 1;
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  start(): number {
    return 0;
  }

  behind({ server }: ScanPlace): ScanPlace {
    return { server: firstFrom(this.#pool, server + 1)?.number ?? 0, position: 0, stamp: 0 };
  }

  check(session: Session): void {
    session.reply(INVALID_CURSOR);
  }
}

/** Scans one pool. */
export class Scan {
  readonly #pool: Pool;
  readonly #route: ScanRoute;

  constructor(pool: Pool) {
    this.#pool = pool;
    this.#route = pool.redirects === null ? new PlainRoute(pool) : new ClusterScanRoute(pool);
  }

  /** Asks the server that the cursor names for the next keys. */
  serve(session: Session, request: RequestScanner, command: Command): void {
    const { stamps } = this.#route;
    const place = readCursor(textOf(request, 1), stamps);
    if (place === null) session.reply(INVALID_CURSOR);
    else if (this.#pool.backends.some(({ number }) => number === 0)) session.reply(NO_NUMBERS);
    else if (place.server === 0 && place.position > 0) this.#route.check(session, place, command);
    else this.#serve(session, request, command, place);
  }

  #serve(session: Session, request: RequestScanner, command: Command, place: ScanPlace): void {
    const backend = firstFrom(this.#pool, place.server);
    if (backend === null) {
      const next = this.#route.behind(place);
      session.reply(next.server + next.position === 0 ? FINISHED : emptyPage(next, this.#route.stamps));
      return;
    }
    const stamp = place.server === 0 ? this.#route.start() : place.stamp;
    const position = backend.number === place.server ? place.position : 0;
    this.#ask(session, request, command, backend, { server: backend.number, position, stamp });
  }

  #ask(
    session: Session,
    request: RequestScanner,
    command: Command,
    backend: Backend,
    place: ScanPlace,
  ): void {
    const parent = session.expect(command.id + 1);
    session.charge(parent);
    const limit = keysLimit(this.#pool.config, command, "use a smaller COUNT");
    const split = new Split(parent, new ScanReply(this.#pool, backend, place, this.#route, limit));
    const fragment = new Request(null, split, command.id + 1, turn.now);
    const lane = laneTo(session, backend);
    split.add(fragment);
    if (lane.begin(fragment)) {
      const cursor = bulkReply(String(place.position));
      appendRange(lane.outbox, request, request.from, request.rawStart(1));
      lane.outbox.append(cursor, 0, cursor.length);
      appendRange(lane.outbox, request, request.rawEnd(1), request.to);
      lane.push();
      if (lane.full) session.waitFor(lane);
    }
    split.seal();
  }
}

/** The reply of the one server, with the pool's cursor in place of its own. The keys stay where they are. */
class ScanReply implements Merge, ReplyBody {
  heldBytes = 0;
  readonly limit: ReplyLimit;
  readonly #pool: Pool;
  readonly #backend: Backend;
  readonly #place: ScanPlace;
  readonly #route: ScanRoute;
  #fragment: Request | null = null;
  #reply: FragmentReply | null = null;
  #cursor: Uint8Array = new Uint8Array(0);

  constructor(pool: Pool, backend: Backend, place: ScanPlace, route: ScanRoute, limit: ReplyLimit) {
    this.limit = limit;
    this.#place = place;
    this.#route = route;
    this.#pool = pool;
    this.#backend = backend;
  }

  merge([fragment]: readonly Request[]): Merged {
    const reply = new FragmentReply(fragment!);
    const { name } = this.#backend.server;
    const error = errorAmong([reply], [name], this.#pool.backends.length === 1);
    if (error !== null) return error;
    const text = reply.type === ARRAY && reply.takeNumber() === 2 ? reply.takeBulk() : null;
    if (text === null) return UNEXPECTED;
    const { stamps } = this.#route;
    const position = readPosition(text.toString("latin1"), stamps);
    if (position === null) {
      return errorReply(
        `ERR server '${name}' gave a cursor of SCAN that can't be passed on: ${text}`,
      );
    }
    this.#fragment = fragment!;
    this.#reply = reply;
    const next = position > 0 ? { ...this.#place, position } : this.#route.behind(this.#place);
    this.#cursor = bulkReply(writeCursor(next, stamps));
    this.heldBytes = reply.size;
    return this;
  }

  writeTo(outbox: Outbox): void {
    const reply = this.#reply!;
    outbox.appendHeader(ARRAY, 2);
    outbox.append(this.#cursor, 0, this.#cursor.length);
    // The server's own stands before its cursor.
    reply.appendTo(outbox, reply.at, reply.from + reply.size);
    release(this.#fragment!);
  }
}
