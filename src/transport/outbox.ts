/**
 * Bytes waiting to be written to one connection, in order.
 *
 *     queue: [slice by reference][full staging buffer][slice by reference]   then   staging buffer being filled
 *
 * Small pieces are copied together, so that a turn's worth of them leaves in one system call; large ones are kept
 * by reference and never copied. What a partial write leaves stays here until the connection drains.
 */
import { hold, release } from "../protocol/chunk_holds.ts";
import { giveBuffer, LARGE_BUFFER, SMALL_BUFFER, takeBuffer } from "./buffer_pool.ts";
import type { Account } from "./budget.ts";
import { KeptBytes } from "./kept_bytes.ts";

/** Pieces up to this many bytes are copied. A copy of 16 KB costs less than the system call it saves. */
const COPY_LIMIT = 24 * 1024;
/** Below this many bytes a loop beats the call into the runtime. */
const LOOP_LIMIT = 24;
/** A blocked connection with less than this in a large buffer moves to one of its own size. */
const SHRINK_BELOW = 16 * 1024;

const CR = 13;
const LF = 10;
const ZERO = 48;

interface Slice {
  readonly bytes: Uint8Array;
  start: number;
  readonly end: number;
  /** The staging buffer to give back once it is written, when this slice is one. */
  readonly pooled: Buffer | null;
}

/** Takes bytes: `write(bytes, start, length)` answers how many it took, or a negative number when it is closed. */
export interface Sink {
  write(bytes: Uint8Array, start: number, length: number): number;
}

/** Is told what was written. */
export interface WriteWatcher {
  /** A write was tried: the bytes before `written` in the stream are gone, those up to `position` wait. */
  wrote(position: number, written: number): void;
}

/** What `writeTo` answers. */
export type WriteOutcome = "empty" | "blocked" | "closed";

/** A queue of bytes on their way out. */
export class Outbox {
  /** Bytes waiting. */
  bytes = 0;
  /** Bytes written since the beginning, plus bytes waiting: the position of the next byte in the stream. */
  position = 0;

  /** Set by who wants to know when bytes are written. */
  watcher: WriteWatcher | null = null;
  /** What is kept after it was written, until `forget`; null, unless `keepWritten` has been called: nothing. */
  kept: KeptBytes | null = null;
  #queue: Slice[] = [];
  #buffer: Buffer | null = null;
  #start = 0;
  #end = 0;
  #busy = false;
  #accounted = 0;
  #taken = 0;
  readonly #account: Account;

  /** `account` is told how many bytes wait here. */
  constructor(account: Account) {
    this.#account = account;
  }

  /** Position of the first byte that has not been written. */
  get written(): number {
    return this.position - this.bytes;
  }

  /** Keeps all that is written from now on; nothing may have been added yet. */
  keepWritten(): void {
    this.kept = new KeptBytes();
  }

  /** What was written before stream position `before` is not needed any more. */
  forget(before: number): void {
    const kept = this.kept!;
    if (before < this.position || this.bytes > 0) {
      kept.forget(Math.min(before, this.written));
    } else {
      // Nothing waits and nothing is wanted: the staging buffer goes too.
      kept.forgetAll(this.position);
      this.#buffer = null;
    }
    this.account();
  }

  /** Bytes added since this was last asked. */
  takeAppended(): number {
    const appended = this.position - this.#taken;
    this.#taken = this.position;
    return appended;
  }

  /** Adds `bytes[start, end)`; a large piece is referenced from now on and must not change. */
  append(bytes: Uint8Array, start: number, end: number): void {
    const size = end - start;
    if (size > COPY_LIMIT) {
      this.#seal();
      hold(bytes);
      this.#queue.push({ bytes, start, end, pooled: null });
      this.kept?.add(bytes, start, this.position, null);
      this.bytes += size;
      this.position += size;
      this.account();
    } else {
      const buffer = this.#room(size);
      const at = this.#end;
      if (size <= LOOP_LIMIT) {
        for (let i = 0; i < size; i++) buffer[at + i] = bytes[start + i]!;
      } else {
        (bytes as Buffer).copy(buffer, at, start, end);
      }
      this.#end = at + size;
      this.bytes += size;
      this.position += size;
    }
  }

  /** Adds a mark such as `*` or `$`, a whole number of at least 0, and CRLF. */
  appendHeader(mark: number, value: number): void {
    const buffer = this.#room(20);
    let at = this.#end;
    buffer[at++] = mark;
    let divisor = 1;
    while (value / divisor >= 10) divisor *= 10;
    for (; divisor >= 1; divisor /= 10) buffer[at++] = ZERO + (Math.floor(value / divisor) % 10);
    buffer[at++] = CR;
    buffer[at++] = LF;
    const size = at - this.#end;
    this.#end = at;
    this.bytes += size;
    this.position += size;
  }

  /** Writes until nothing is left or the sink is full, and keeps the account. */
  writeTo(sink: Sink): WriteOutcome {
    const outcome = this.#write(sink);
    this.watcher?.wrote(this.position, this.position - this.bytes);
    this.account();
    return outcome;
  }

  /** Tells the account how many bytes wait here; for small ones once per turn is enough. */
  account(): void {
    const held = this.kept === null ? this.bytes : this.position - this.kept.from;
    const delta = held - this.#accounted;
    if (delta === 0) return;
    this.#accounted = held;
    this.#account.change(delta);
  }

  /** Drops what waits, or is kept, before stream position `position`; the rest stays. */
  dropUntil(position: number): void {
    let left = position - this.written;
    if (left > 0) this.#seal();
    else if (this.kept === null) return;
    while (left > 0) {
      const slice = this.#queue[0]!;
      const step = Math.min(left, slice.end - slice.start);
      this.#took(slice, step);
      left -= step;
    }
    if (this.kept === null) this.account();
    else this.forget(position);
  }

  /** Drops everything. */
  clear(): void {
    this.dropUntil(this.position);
  }

  #write(sink: Sink): WriteOutcome {
    while (this.#queue.length > 0) {
      const slice = this.#queue[0]!;
      const size = slice.end - slice.start;
      const taken = sink.write(slice.bytes, slice.start, size);
      if (taken < 0) return "closed";
      this.#took(slice, taken);
      if (taken < size) return this.#blocked();
    }
    if (this.#buffer !== null && this.#start < this.#end) {
      const size = this.#end - this.#start;
      const taken = sink.write(this.#buffer, this.#start, size);
      if (taken < 0) return "closed";
      this.bytes -= taken;
      this.#start += taken;
      if (taken < size) return this.#blocked();
      if (this.kept === null) this.#release();
    }
    return "empty";
  }

  #took(slice: Slice, taken: number): void {
    slice.start += taken;
    this.bytes -= taken;
    if (slice.start < slice.end) return;
    this.#queue.shift();
    if (this.kept !== null) return;
    if (slice.pooled !== null) giveBuffer(slice.pooled);
    else release(slice.bytes);
  }

  #blocked(): WriteOutcome {
    const buffer = this.#buffer;
    if (this.kept !== null) return "blocked";
    if (buffer !== null && buffer.length === LARGE_BUFFER && this.#end - this.#start < SHRINK_BELOW) {
      const own = Buffer.from(buffer.subarray(this.#start, this.#end));
      if (own.length > 0) this.#queue.push({ bytes: own, start: 0, end: own.length, pooled: null });
      this.#release();
    }
    return "blocked";
  }

  /** A staging buffer with room for `size` more bytes behind `#end`. */
  #room(size: number): Buffer {
    const buffer = this.#buffer;
    if (buffer === null) {
      this.#start = 0;
      this.#end = 0;
      return this.#take(this.#busy || size > SMALL_BUFFER);
    }
    if (this.#end + size <= buffer.length) return buffer;
    this.#busy = true;
    const isGrowing = buffer.length === SMALL_BUFFER && this.kept === null;
    if (isGrowing && this.#end - this.#start + size <= LARGE_BUFFER) {
      const larger = takeBuffer(true);
      buffer.copy(larger, 0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
      giveBuffer(buffer);
      return (this.#buffer = larger);
    }
    this.#seal();
    return this.#take(true);
  }

  #take(wantLarge: boolean): Buffer {
    const buffer = takeBuffer(wantLarge);
    this.kept?.add(buffer, 0, this.position, buffer);
    return (this.#buffer = buffer);
  }

  /** Moves the staging buffer to the queue, so that something can follow it. */
  #seal(): void {
    const buffer = this.#buffer;
    if (buffer === null) return;
    if (this.#start < this.#end) {
      this.#queue.push({ bytes: buffer, start: this.#start, end: this.#end, pooled: buffer });
    }
    this.#buffer = null;
    this.#start = 0;
    this.#end = 0;
  }

  #release(): void {
    const buffer = this.#buffer!;
    if (buffer.length === LARGE_BUFFER && this.#end < SMALL_BUFFER) this.#busy = false;
    this.#buffer = null;
    giveBuffer(buffer);
  }
}
