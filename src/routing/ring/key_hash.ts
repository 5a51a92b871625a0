import { HASHES, type HashFunction, type HashName } from "../../hash/mod.ts";
import type { RouteReason } from "../router.ts";
import { HashTag } from "./hash_tag.ts";

/** How a pool makes a number of a key: its hash, over the key's tag where the pool has one. */
export class KeyHash {
  readonly #hash: HashFunction;
  readonly #tag: HashTag | null;

  constructor(hash: HashName, hashTag: string | null) {
    this.#hash = HASHES[hash];
    this.#tag = hashTag === null ? null : new HashTag(hashTag);
  }

  /** The hash of the key in `bytes[start, end)`, uint32; 0 for the empty key. Cost: allocates nothing. */
  of(bytes: Uint8Array, start: number, end: number): number {
    // nutcracker asks no hash about the empty key, and several wouldn't say 0.
    if (start === end) return 0;
    const tag = this.#tag;
    if (tag === null) return this.#hash(bytes, start, end);
    tag.locate(bytes, start, end);
    return this.#hash(bytes, tag.start, tag.end);
  }

  /** What `of` hashes, and what comes of it. */
  explain(bytes: Uint8Array, start: number, end: number): Omit<RouteReason, "point"> & { hash: number } {
    const hash = this.of(bytes, start, end);
    if (this.#tag === null || start === end) return { start, end, hash };
    return { start: this.#tag.start, end: this.#tag.end, hash };
  }
}
