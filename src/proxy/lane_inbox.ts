/**
 * What comes back on a lane: finds the replies in the chunks and gives each to the request at the front of the FIFO.
 * Nothing but the order says whose a reply is, so the first thing that doesn't fit is the end of the connection.
 */
import { hold } from "../protocol/chunk_holds.ts";
import { HeldBytes } from "../protocol/held_bytes.ts";
import { ERROR } from "../protocol/redis/bytes.ts";
import { COMPLETE, INCOMPLETE } from "../protocol/scan_status.ts";
import { turn } from "../transport/turn.ts";
import type { LaneGuard } from "./cluster/lane_guard.ts";
import type { InFlight } from "./in_flight.ts";
import type { Pool } from "./pool.ts";
import type { ReplyReader } from "./protocol.ts";
import { HeldReply } from "./held_reply.ts";
import { STREAM_ABOVE } from "./reply_queue.ts";
import { DONE, PARTIAL, type Request, SETTLED, STREAMING } from "./request.ts";
import type { ServerCounters } from "./server_counters.ts";

/**
 * The longest reply to a question of the proxy's own, such as for a version; bytes. No client's limit counts what
 * comes of it, and a server that says more is not to be trusted.
 */
export const LONGEST_OWN_REPLY = 64 * 1024;

/** The reading side of a lane. */
export class LaneInbox {
  /** Replies received since the process started. */
  replies = 0;
  readonly #pool: Pool;
  readonly #fifo: InFlight;
  readonly #reader: ReplyReader;
  readonly #counters: ServerCounters;
  readonly #guard: LaneGuard | null;

  /** `guard` is there for lanes to nodes of a cluster. */
  constructor(
    pool: Pool,
    fifo: InFlight,
    reader: ReplyReader,
    counters: ServerCounters,
    guard: LaneGuard | null = null,
  ) {
    this.#guard = guard;
    this.#pool = pool;
    this.#fifo = fifo;
    this.#reader = reader;
    this.#counters = counters;
  }

  /** Takes the bytes of `chunk` from `from` on. Answers why the stream can't be trusted any more; empty while it can. */
  read(chunk: Buffer, from: number): string {
    const before = this.replies;
    const fault = this.#read(chunk, from);
    this.#counters.replies += this.replies - before;
    this.#guard?.settle();
    return fault;
  }

  #read(chunk: Buffer, from: number): string {
    const fifo = this.#fifo;
    const reader = this.#reader;
    const { latency } = this.#counters;
    const { slowLog } = this.#pool.shared;
    const guard = this.#guard;
    const { now } = turn;
    const end = chunk.length;
    let pos = from;
    while (pos < end) {
      const request = fifo.front;
      if (request === null) return "the server sent more replies than it was asked for";
      const status = reader.scan(chunk, pos, end);
      if (status === INCOMPLETE) {
        return this.#keepPart(request, chunk, pos, end);
      }
      if (status !== COMPLETE) return reader.fault ?? "the server's reply is no valid reply";
      this.replies++;
      const isSuspect = guard !== null && (chunk[pos] === ERROR || guard.isAlert);
      if (isSuspect && guard.takes(request, chunk, pos, reader.next)) {
        pos = reader.next;
        continue;
      }
      if (request.swallow > 0) {
        request.swallow--;
        pos = reader.next;
        continue;
      }
      if (fifo.shift() !== null) {
        latency.record(request.command, request.enteredMs, now);
        this.#deliver(request, chunk, pos, reader.next);
        if (now - request.enteredMs >= slowLog.thresholdMs) slowLog.replied(request);
      }
      pos = reader.next;
    }
    return "";
  }

  #deliver(request: Request, chunk: Buffer, start: number, end: number): void {
    if (request.state === STREAMING) {
      request.session!.replies.streamLast(request, chunk, start, end);
    } else if (request.state === PARTIAL) {
      request.held!.add(chunk, start, end);
      this.#pool.settle(request, new HeldReply(request.held!));
    } else if (request.state !== SETTLED) {
      if (request.taker === null) {
        request.session!.replies.deliver(request, chunk, start, end);
      } else {
        hold(chunk);
        request.bytes = chunk;
        request.start = start;
        request.end = end;
        request.state = DONE;
        request.taker.take(request);
      }
    }
  }

  #keepPart(request: Request, chunk: Buffer, start: number, end: number): string {
    if (this.#guard?.keepsPart(chunk, start, end)) return "";
    if (request.state === SETTLED || request.late || request.swallow > 0 || this.#fifo.abandoned > 0) {
      return "";
    }
    if (request.state === STREAMING) {
      request.session!.replies.streamMore(request, chunk, start, end);
      return "";
    }
    request.state = PARTIAL;
    request.held ??= new HeldBytes();
    request.held.add(chunk, start, end);
    if (request.taker === null) {
      if (request.held.length + this.#reader.announced > STREAM_ABOVE) {
        request.session!.replies.offerStream(request);
      }
    } else if (request.taker.keep !== undefined) {
      request.taker.keep(request, end - start);
    } else if (request.held.length > LONGEST_OWN_REPLY) {
      return "the server's reply to a question of the proxy has no end";
    }
    return "";
  }
}
