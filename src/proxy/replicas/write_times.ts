/**
 * When keys were last written through a worker, by their hash. Keys that share a place share the later time: a read
 * may go to the primary without need, never to a replica that lacks what was written.
 */

/** Places, a power of two: 128 KB. With as many keys written in the time that replicas lag, most reads go to primaries. */
const PLACES = 1 << 14;

/** Times by the hashes of keys. */
export class WriteTimes {
  readonly #times: Float64Array;

  /** Whatever was written until `unknownUntilMs` was not noted; -Infinity: nothing was. */
  constructor(unknownUntilMs: number) {
    this.#times = new Float64Array(PLACES).fill(unknownUntilMs);
  }

  /** A key with that hash is written. */
  note(hash: number, now: number): void {
    this.#times[hash & (PLACES - 1)] = now;
  }

  /** When a key with that hash was last written, or later; -Infinity: never. */
  of(hash: number): number {
    return this.#times[hash & (PLACES - 1)]!;
  }
}
