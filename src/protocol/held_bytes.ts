/**
 * Bytes of one request or reply that came in several chunks, kept until its end is here.
 *
 * Large slices are kept by reference, small ones are copied together: a small slice would keep its whole chunk
 * alive, and a client that sends byte by byte would cost an object per byte. Nothing larger than `JOIN_LIMIT` is
 * ever joined.
 */
import { hold, release } from "./chunk_holds.ts";

/** A slice of a buffer that nobody changes any more; `base` is its place in the whole. */
export interface Part {
  readonly bytes: Uint8Array;
  readonly start: number;
  end: number;
  readonly base: number;
}

/** Slices below this, or below an eighth of their chunk, are copied; bytes. */
const COPY_LIMIT = 16 * 1024;
/** Up to here the whole is made contiguous when it is complete; bytes. */
const JOIN_LIMIT = 64 * 1024;
const SMALLEST_COPY = 512;

/** A growing sequence of bytes, addressed from 0, spread over parts. */
export class HeldBytes {
  /** The parts in order. Whoever takes them over must not change them. */
  parts: Part[] = [];
  /** Bytes held. */
  length = 0;
  /** Free bytes behind the last part, in a buffer of our own. */
  #room = 0;
  #found: Uint8Array | null = null;
  #foundFrom = -1;
  #foundTo = -1;
  #foundStart = 0;

  /** Adds `chunk[start, end)`; the chunk may be referenced from now on and must not change. */
  add(chunk: Uint8Array, start: number, end: number): void {
    const size = end - start;
    if (size === 0) return;
    if (size >= COPY_LIMIT && size * 8 >= chunk.length) {
      hold(chunk);
      this.parts.push({ bytes: chunk, start, end, base: this.length });
      this.#room = 0;
    } else if (size <= this.#room) {
      const last = this.parts[this.parts.length - 1]!;
      copy(chunk, start, end, last.bytes, last.end);
      last.end += size;
      this.#room -= size;
    } else {
      const capacity = Math.max(size, Math.min(COPY_LIMIT, Math.max(SMALLEST_COPY, this.length)));
      const own = Buffer.allocUnsafeSlow(capacity);
      copy(chunk, start, end, own, 0);
      this.parts.push({ bytes: own, start: 0, end: size, base: this.length });
      this.#room = capacity - size;
    }
    this.length += size;
  }

  /** Lets go of everything. */
  clear(): void {
    if (this.length === 0) return;
    for (const { bytes } of this.parts) release(bytes);
    this.parts = [];
    this.length = 0;
    this.#room = 0;
    this.#found = null;
    this.#foundFrom = -1;
  }

  /** Puts other bytes in the place of bytes `from` to `to`. Cost: that of adding everything anew. */
  replace(from: number, to: number, by: Uint8Array): void {
    const next = new HeldBytes();
    const take = (bytes: Uint8Array, start: number, end: number) => next.add(bytes, start, end);
    this.forEachSlice(0, from, take);
    next.add(by, 0, by.length);
    this.forEachSlice(to, this.length, take);
    this.clear();
    this.parts = next.parts;
    this.length = next.length;
    this.#room = next.#room;
  }

  /** All bytes in one new buffer. Cost: a copy of everything. */
  join(): Uint8Array {
    return this.#copyOut(0, this.length);
  }

  /** All bytes in one buffer if they are few, else null. */
  joinIfSmall(): Uint8Array | null {
    return this.length <= JOIN_LIMIT ? this.join() : null;
  }

  /** A buffer that holds bytes `from` to `to` in one piece, from `contiguousStart(from, to)` on. */
  contiguous(from: number, to: number): Uint8Array {
    this.#find(from, to);
    return this.#found!;
  }

  /** Where bytes `from` to `to` begin in `contiguous(from, to)`. */
  contiguousStart(from: number, to: number): number {
    this.#find(from, to);
    return this.#foundStart;
  }

  /** Calls `take` for the slices that make up bytes `from` to `to`, in order. */
  forEachSlice(
    from: number,
    to: number,
    take: (bytes: Uint8Array, start: number, end: number) => void,
  ): void {
    for (let i = this.#partAt(from); i < this.parts.length && this.parts[i]!.base < to; i++) {
      const part = this.parts[i]!;
      const start = part.start + Math.max(0, from - part.base);
      const end = Math.min(part.end, part.start + to - part.base);
      if (end > start) take(part.bytes, start, end);
    }
  }

  #find(from: number, to: number): void {
    if (this.#found !== null && this.#foundFrom === from && this.#foundTo === to) return;
    this.#foundFrom = from;
    this.#foundTo = to;
    const part = this.parts[this.#partAt(from)];
    if (part !== undefined && part.start + to - part.base <= part.end) {
      this.#found = part.bytes;
      this.#foundStart = part.start + from - part.base;
    } else {
      this.#found = this.#copyOut(from, to);
      this.#foundStart = 0;
    }
  }

  /** Index of the part that holds byte `at`; binary search by base. */
  #partAt(at: number): number {
    let low = 0;
    let high = this.parts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.parts[middle]!.base <= at) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #copyOut(from: number, to: number): Uint8Array {
    const out = Buffer.allocUnsafeSlow(to - from);
    let at = 0;
    this.forEachSlice(from, to, (bytes, start, end) => {
      copy(bytes, start, end, out, at);
      at += end - start;
    });
    return out;
  }
}

function copy(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void {
  to.set(from.subarray(start, end), at);
}
