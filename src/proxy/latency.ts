/**
 * How long a server takes, one histogram per command family. Time is what the turn's clock says when a request is
 * complete and when its reply is here; many requests share both, so the bucket of the last one is kept.
 */
import { bucketOf, BUCKETS, type HistogramCounts, toCounts } from "../stats/mod.ts";
import type { Families } from "./families.ts";

/** The latency of one server. */
export class Latency {
  readonly #families: Families;
  /** Counts by bucket, by family; made when a family has its first request. */
  readonly #counts: (Float64Array | null)[];
  #enteredMs = 0;
  #repliedMs = 0;
  #bucket = 0;

  constructor(families: Families) {
    this.#families = families;
    this.#counts = families.names.map(() => null);
  }

  /** A request with that command got its reply. Cost: about 3 ns. */
  record(command: number, enteredMs: number, repliedMs: number): void {
    if (enteredMs !== this.#enteredMs || repliedMs !== this.#repliedMs) {
      this.#enteredMs = enteredMs;
      this.#repliedMs = repliedMs;
      this.#bucket = bucketOf(repliedMs - enteredMs);
    }
    const family = this.#families.of[command]!;
    const counts = this.#counts[family]! ?? this.#begin(family);
    counts[this.#bucket]!++;
  }

  /** What was recorded so far, by family. */
  toCounts(): Record<string, HistogramCounts> {
    const byFamily: Record<string, HistogramCounts> = {};
    for (let family = 1; family < this.#counts.length; family++) {
      const counts = this.#counts[family]!;
      if (counts !== null) byFamily[this.#families.names[family]!] = toCounts(counts);
    }
    return byFamily;
  }

  #begin(family: number): Float64Array {
    const counts = new Float64Array(BUCKETS);
    this.#counts[family] = counts;
    return counts;
  }
}
