/** What a client had sent when its session paused, and nobody has looked at yet. It counts against the worker's total. */
import { hold, release } from "../protocol/chunk_holds.ts";
import type { Account } from "../transport/budget.ts";

/** A rest smaller than its chunk by this factor is copied, so that it doesn't keep the chunk alive. */
const SMALL_FACTOR = 8;
/** What a client may send that nobody looks at for now; bytes. */
const LONG = 64 * 1024;

/** The rest of one session. */
export class UnreadChunk {
  /** Null when everything was looked at. */
  chunk: Buffer | null = null;
  /** Where in the chunk to go on. */
  at = 0;
  /** Bytes it keeps in memory. */
  size = 0;
  readonly #account: Account;
  #again: Uint8Array | null = null;

  constructor(account: Account) {
    this.#account = account;
  }

  /** Whether it is enough for now. */
  get isLong(): boolean {
    return this.size > LONG;
  }

  /** Has a request stand in front of what is kept next, to be read again. */
  putBack(request: Uint8Array): void {
    this.#again = request;
  }

  /** Keeps `chunk` from `pos` on, behind nothing else. */
  keep(chunk: Buffer, pos: number): void {
    if (this.#again !== null) {
      const again = this.#again;
      this.#again = null;
      this.keep(Buffer.concat([again, chunk.subarray(pos)]), 0);
      return;
    }
    if (pos === chunk.length) return;
    const small = (chunk.length - pos) * SMALL_FACTOR < chunk.length;
    if (!small) hold(chunk);
    this.chunk = small ? Buffer.from(chunk.subarray(pos)) : chunk;
    this.at = small ? 0 : pos;
    this.#count(this.chunk.length);
  }

  /** Keeps one more chunk behind what is here. */
  add(chunk: Buffer): void {
    const kept = this.chunk!;
    this.chunk = Buffer.concat([kept.subarray(this.at), chunk]);
    release(kept);
    this.at = 0;
    this.#count(this.chunk.length);
  }

  /** Lets go of it. */
  clear(): void {
    if (this.chunk !== null) release(this.chunk);
    this.handOver();
  }

  /** Leaves the chunk to the caller, who releases it. */
  handOver(): void {
    this.chunk = null;
    this.#again = null;
    this.#count(0);
  }

  #count(size: number): void {
    const delta = size - this.size;
    if (delta === 0) return;
    this.size = size;
    this.#account.change(delta);
  }
}
