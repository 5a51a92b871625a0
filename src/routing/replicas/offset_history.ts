/**
 * What a primary's replication offset was at which times, and so how old the data of a replica is: a replica that has
 * everything up to an offset knows all that was written before the last time the primary was no further.
 *
 *     the primary's offset   100 at 1 s   250 at 2 s   250 at 3 s   400 at 4 s
 *     a replica at 300       knows all of 3 s
 */

/** One look at the primary. */
interface Sample {
  readonly offset: number;
  readonly atMs: number;
}

/** The offsets of one primary. */
export class OffsetHistory {
  /** The history that the offsets count in; empty before there is one. */
  replicationId = "";
  #samples: Sample[] = [];

  /** The newest offset; null without any. */
  get newest(): number | null {
    return this.#samples.at(-1)?.offset ?? null;
  }

  /** The time of the oldest look that is remembered; infinite without any. */
  get beginsMs(): number {
    return this.#samples[0]?.atMs ?? Infinity;
  }

  /**
   * The primary was at `offset`, and everything that was asked of it before `atMs` is in it. What is older than
   * `keepMs` is forgotten. A new history, or one that goes back, begins anew.
   */
  add(replicationId: string, offset: number, atMs: number, keepMs: number): void {
    const goesBack = offset < (this.newest ?? 0);
    if (replicationId !== this.replicationId || goesBack) this.#samples = [];
    this.replicationId = replicationId;
    // Of several at one offset the newest says most.
    if (this.newest === offset) this.#samples.pop();
    this.#samples.push({ offset, atMs });
    while (this.#samples[0]!.atMs < atMs - keepMs) this.#samples.shift();
  }

  /** The time up to which whoever has everything to `offset` knows all; -Infinity when that is before its memory. */
  knownUntil(offset: number): number {
    return this.#samples.findLast((sample) => sample.offset <= offset)?.atMs ?? -Infinity;
  }

  /** How many bytes `offset` is behind; 0 when the primary's is not known. */
  bytesBehind(offset: number): number {
    return Math.max(0, (this.newest ?? 0) - offset);
  }
}
