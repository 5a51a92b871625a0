/**
 * Bytes of an outbox that are kept after they were written, until it is known that nobody needs them again: a request
 * that a server has refused is sent to another from here. Nothing is copied; what would have been given back when it
 * was written is given back later.
 *
 *     stream:   …[forgotten][kept, written][kept, not written yet]
 */
import { release } from "../protocol/chunk_holds.ts";
import { giveBuffer } from "./buffer_pool.ts";

/** Stream bytes from `base` on stand in `bytes` from `start` on, up to where the next segment begins. */
interface Segment {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly base: number;
  /** The staging buffer to give back, when it is one. */
  readonly pooled: Buffer | null;
}

/** The kept part of one stream. */
export class KeptBytes {
  /** Position in the stream of the first byte that is kept. */
  from = 0;
  #segments: Segment[] = [];

  /** Stream bytes from `base` on will stand in `bytes` from `start` on; `pooled` is that buffer when it is staging. */
  add(bytes: Uint8Array, start: number, base: number, pooled: Buffer | null): void {
    this.#segments.push({ bytes, start, base, pooled });
  }

  /** Lets go of what stands before stream position `before`. What holds the byte at `before`, or ends there, stays. */
  forget(before: number): void {
    this.from = Math.max(this.from, before);
    const segments = this.#segments;
    let gone = 0;
    while (gone + 1 < segments.length && segments[gone + 1]!.base <= before) letGo(segments[gone++]!);
    if (gone > 0) segments.splice(0, gone);
  }

  /** Lets go of everything before stream position `position`, the last segment included. */
  forgetAll(position: number): void {
    this.from = position;
    for (const segment of this.#segments) letGo(segment);
    this.#segments = [];
  }

  /** The bytes between two positions, in a buffer of their own. */
  copy(from: number, to: number): Buffer {
    const out = Buffer.allocUnsafeSlow(to - from);
    const segments = this.#segments;
    for (let i = 0; i < segments.length; i++) {
      const { bytes, start, base } = segments[i]!;
      const end = Math.min(to, segments[i + 1]?.base ?? Infinity);
      const first = Math.max(from, base);
      if (first < end) out.set(bytes.subarray(start + first - base, start + end - base), first - from);
    }
    return out;
  }
}

function letGo({ bytes, pooled }: Segment): void {
  if (pooled !== null) giveBuffer(pooled);
  else release(bytes);
}
