/**
 * When requests of a lane were written. Requests that are queued between two writes share one mark, which is dated
 * when the last of their bytes is gone; so it costs a request nothing but a reference, and the clock is read once per
 * write. A mark covers no more than so many bytes, because a full outbox takes its time.
 */
import type { WriteWatcher } from "../transport/outbox.ts";
import type { ServerCounters } from "./server_counters.ts";

/** Bytes of a mark, except that a larger request has one of its own. */
const MARK_BYTES = 64 * 1024;

/** What is known about the writing of some requests. */
export class WriteMark {
  /** The server they were written to. */
  readonly server: ServerCounters;
  /** When they had been written, on the clock of `performance.now`; 0 until then. */
  writtenMs = 0;
  /** Behind the last of their bytes in the lane's stream; known when something follows, or is written. */
  end = 0;

  constructor(server: ServerCounters) {
    this.server = server;
  }
}

/** The marks of one lane. */
export class WriteMarks implements WriteWatcher {
  readonly #server: ServerCounters;
  #current: WriteMark;
  /** Where the current mark begins in the lane's stream. */
  #start = 0;
  /** Complete ones, the oldest first. */
  #unwritten: WriteMark[] = [];

  constructor(server: ServerCounters) {
    this.#server = server;
    this.#current = new WriteMark(server);
  }

  /** The mark of a request whose first byte will stand at `position`. */
  at(position: number): WriteMark {
    if (position - this.#start > MARK_BYTES) this.#next(position);
    return this.#current;
  }

  wrote(position: number, written: number): void {
    if (position > this.#start) this.#next(position);
    const unwritten = this.#unwritten;
    if (unwritten.length === 0) return;
    const now = performance.now();
    let dated = 0;
    for (; dated < unwritten.length && unwritten[dated]!.end <= written; dated++) {
      unwritten[dated]!.writtenMs = now;
    }
    if (dated === unwritten.length) unwritten.length = 0;
    else unwritten.splice(0, dated);
  }

  #next(position: number): void {
    this.#current.end = position;
    this.#unwritten.push(this.#current);
    this.#current = new WriteMark(this.#server);
    this.#start = position;
  }
}
