/**
 * SCAN: one server after the other, in the order of their numbers. A cursor is all there is to know about a scan, so
 * that it may go on over any connection, worker or proxy; see `scan_cursor.ts`.
 *
 * What a scan promises is what Redis promises: a key that is there from beginning to end is given at least once. A
 * server that has gone has taken its keys along, so its cursors go on where the next one begins.
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
import { FragmentReply } from "./fragment_reply.ts";
import { keysLimit } from "./keys_limit.ts";
import { UNEXPECTED } from "./merges.ts";
import { arrayReply, bulkReply, errorReply } from "./replies.ts";
import { errorAmong } from "./server_errors.ts";

const INVALID_CURSOR = errorReply("ERR invalid cursor");
const NO_NUMBERS = errorReply("ERR SCAN can't tell more than 1023 servers of a pool apart");
const FINISHED = arrayReply([bulkReply("0"), arrayReply([])]);

/** Scans one pool. */
export class Scan {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Asks the server that the cursor names for the next keys. */
  serve(session: Session, request: RequestScanner, command: Command): void {
    const place = readCursor(textOf(request, 1));
    const backend = place === null ? null : firstFrom(this.#pool, place.server);
    if (place === null) session.reply(INVALID_CURSOR);
    else if (this.#pool.backends.some(({ number }) => number === 0)) session.reply(NO_NUMBERS);
    else if (backend === null) session.reply(FINISHED);
    else this.#ask(session, request, command, backend, backend.number === place.server ? place.position : 0);
  }

  #ask(
    session: Session,
    request: RequestScanner,
    command: Command,
    backend: Backend,
    position: number,
  ): void {
    const parent = session.expect(command.id + 1);
    session.charge(parent);
    const limit = keysLimit(this.#pool.config, command, "use a smaller COUNT");
    const split = new Split(parent, new ScanReply(this.#pool, backend, limit));
    const fragment = new Request(null, split, command.id + 1, turn.now);
    const lane = laneTo(session, backend);
    split.add(fragment);
    if (lane.begin(fragment)) {
      const cursor = bulkReply(String(position));
      appendRange(lane.outbox, request, request.from, request.rawStart(1));
      lane.outbox.append(cursor, 0, cursor.length);
      appendRange(lane.outbox, request, request.rawEnd(1), request.to);
      lane.push();
      if (lane.full) session.waitFor(lane);
    }
    split.seal();
  }
}

/** The server with the lowest number that is not below `number`; null when there is none. */
function firstFrom({ backends }: Pool, number: number): Backend | null {
  return backends.reduce<Backend | null>((first, backend) => {
    const isNearer = backend.number >= number && (first === null || backend.number < first.number);
    return isNearer ? backend : first;
  }, null);
}

/** The reply of the one server, with the pool's cursor in place of its own. The keys stay where they are. */
class ScanReply implements Merge, ReplyBody {
  heldBytes = 0;
  readonly limit: ReplyLimit;
  readonly #pool: Pool;
  readonly #backend: Backend;
  #fragment: Request | null = null;
  #reply: FragmentReply | null = null;
  #cursor: Uint8Array = new Uint8Array(0);

  constructor(pool: Pool, backend: Backend, limit: ReplyLimit) {
    this.limit = limit;
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
    const position = readPosition(text.toString("latin1"));
    if (position === null) {
      return errorReply(`ERR server '${name}' gave a cursor of SCAN that is not below 2^43: ${text}`);
    }
    this.#fragment = fragment!;
    this.#reply = reply;
    this.#cursor = bulkReply(writeCursor(this.#placeBehind(position)));
    this.heldBytes = reply.size;
    return this;
  }

  /** Where to go on: on this server, or at the beginning of the next; 0 when there is none. */
  #placeBehind(position: number): ScanPlace {
    const { number } = this.#backend;
    if (position > 0) return { server: number, position };
    return { server: firstFrom(this.#pool, number + 1)?.number ?? 0, position: 0 };
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
