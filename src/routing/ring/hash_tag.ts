/**
 * The part of a key that a pool's `hash_tag` cuts out.
 *
 * Rule: from behind the first opening byte to before the first closing byte after it, when at least one byte
 * lies between; else the whole key. There is no second search. Source: nutcracker 0.5.0.
 */
export class HashTag {
  /** Where the range that `locate` found begins. */
  start = 0;
  /** Where it ends. */
  end = 0;
  readonly #open: number;
  readonly #close: number;

  /**
   * `signs` is the opening and the closing byte; they may be equal. Errors: RangeError when it isn't two
   * bytes.
   */
  constructor(signs: string) {
    const bytes = new TextEncoder().encode(signs);
    if (bytes.length !== 2) throw new RangeError(`hash tag ${JSON.stringify(signs)} is not two bytes`);
    this.#open = bytes[0]!;
    this.#close = bytes[1]!;
  }

  /**
   * Sets `start` and `end` to what is hashed of the key in `bytes[start, end)`.
   *
   * Cost: one pass over the key at most; allocates nothing.
   */
  locate(bytes: Uint8Array, start: number, end: number): void {
    this.start = start;
    this.end = end;
    let tagStart = start;
    while (tagStart < end && bytes[tagStart] !== this.#open) tagStart++;
    tagStart++;
    let tagEnd = tagStart;
    while (tagEnd < end && bytes[tagEnd] !== this.#close) tagEnd++;
    if (tagEnd >= end || tagEnd === tagStart) return;
    this.start = tagStart;
    this.end = tagEnd;
  }
}
