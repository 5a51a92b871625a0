/**
 * Keys that have changed and are still to be copied: a set in which the writer of a million changes of one key has
 * left one entry. Bounded; beyond the bounds it forgets all, and says that everything must be looked at again.
 *
 *     buckets   17 → { "a", "b" }      a bucket is a slot, or whatever the caller sorts keys by
 *               42 → { "c" }
 */

/** How much is remembered. */
export interface DirtyLimits {
  readonly keys: number;
  /** Of the keys' names. */
  readonly bytes: number;
}

/** A set of keys by bucket. */
export class DirtyKeys {
  /** Something was forgotten, or can't be told by keys: all keys must be looked at again. */
  mustScan = false;
  readonly #limits: DirtyLimits;
  readonly #buckets = new Map<number, Set<string>>();
  #count = 0;
  #bytes = 0;

  constructor(limits: DirtyLimits) {
    this.#limits = limits;
  }

  /** Keys in it. */
  get size(): number {
    return this.#count;
  }

  /** Bytes of their names. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a key. Cost: one string per key. */
  add(bucket: number, key: Buffer): void {
    if (this.mustScan) return;
    let keys = this.#buckets.get(bucket);
    if (keys === undefined) this.#buckets.set(bucket, keys = new Set());
    const before = keys.size;
    // One character per byte: equal strings are equal keys.
    keys.add(key.toString("latin1"));
    if (keys.size === before) return;
    this.#count++;
    this.#bytes += key.length;
    if (this.#count > this.#limits.keys || this.#bytes > this.#limits.bytes) this.forget();
  }

  /** Forgets all: whoever wants to know what has changed must look at all keys. */
  forget(): void {
    this.#clear();
    this.mustScan = true;
  }

  /** Begins anew; the caller is about to look at all keys. */
  reset(): void {
    this.#clear();
    this.mustScan = false;
  }

  /** Takes out at most so many keys. */
  take(most: number): Buffer[] {
    const taken: Buffer[] = [];
    for (const [bucket, keys] of this.#buckets) {
      for (const key of keys) {
        if (taken.length === most) return taken;
        keys.delete(key);
        this.#count--;
        this.#bytes -= key.length;
        taken.push(Buffer.from(key, "latin1"));
      }
      this.#buckets.delete(bucket);
    }
    return taken;
  }

  /** How many keys of each bucket are in it, for people. */
  counts(): Map<number, number> {
    return new Map([...this.#buckets].map(([bucket, keys]) => [bucket, keys.size]));
  }

  #clear(): void {
    this.#buckets.clear();
    this.#count = 0;
    this.#bytes = 0;
  }
}
