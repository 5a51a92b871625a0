/**
 * Histograms of durations whose buckets grow with what they hold, after the idea of Gil Tene's HdrHistogram: eight
 * buckets for every doubling. A bucket is found with one count of leading zeros, and two histograms add up bucket by
 * bucket.
 *
 *     microseconds  0 1 2 … 15 | 16 18 20 … 30 | 32 36 40 … 60 | 64 …          one bucket from each to the next
 *
 * Whatever a bucket holds is taken for the one value that no edge of it is further from than 1 part in 17, 5.9 %.
 */
import type { HistogramCounts } from "./figures.ts";

/** Buckets of a doubling, as a power of two. */
const FINENESS = 3;
const FINE = 1 << FINENESS;
/** Durations from here on, 17.9 minutes, count as one just below; microseconds, as a power of two. */
const DOUBLINGS = 30;
const LONGEST = 2 ** DOUBLINGS - 1;

/** Number of buckets. */
export const BUCKETS: number = (DOUBLINGS - FINENESS + 1) * FINE;

/** The bucket of a duration in milliseconds. Cost: no allocation, a few nanoseconds. */
export function bucketOf(ms: number): number {
  const micros = Math.min(ms * 1000, LONGEST) | 0;
  if (micros < FINE) return micros > 0 ? micros : 0;
  const shift = 31 - FINENESS - Math.clz32(micros);
  return (shift << FINENESS) + (micros >> shift);
}

/** The shortest duration that belongs into a bucket; of `BUCKETS`, what is too long for all. Units: microseconds. */
export function bucketStart(bucket: number): number {
  if (bucket < FINE) return bucket;
  const shift = (bucket >> FINENESS) - 1;
  return (bucket - (shift << FINENESS)) * 2 ** shift;
}

/** The duration a bucket stands for. Units: microseconds. */
export function bucketValue(bucket: number): number {
  const from = bucketStart(bucket);
  const to = bucketStart(bucket + 1);
  // Whole microseconds stand for themselves.
  return to - from <= 1 ? from : 2 * from * to / (from + to);
}

/** A histogram that is being filled. */
export class Histogram {
  /** Durations by bucket; floating point, because 32 bits of a busy proxy are full within a day. */
  readonly counts: Float64Array = new Float64Array(BUCKETS);

  /** Adds one duration. */
  record(ms: number): void {
    this.counts[bucketOf(ms)]!++;
  }
}

/** A histogram as plain data: without the zeros behind its last duration. */
export function toCounts(counts: ArrayLike<number>): HistogramCounts {
  let length = counts.length;
  while (length > 0 && counts[length - 1] === 0) length--;
  return Array.from({ length }, (_, bucket) => counts[bucket]!);
}

/** What several histograms make together. */
export function addCounts(histograms: readonly HistogramCounts[]): HistogramCounts {
  const length = Math.max(0, ...histograms.map((counts) => counts.length));
  return Array.from({ length }, (_, bucket) => {
    return histograms.reduce((sum, counts) => sum + (counts[bucket] ?? 0), 0);
  });
}

/** How many durations a histogram has. */
export function countOf(counts: HistogramCounts): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** All durations together, each taken for what its bucket stands for. Units: microseconds. */
export function sumOf(counts: HistogramCounts): number {
  return counts.reduce((sum, count, bucket) => count === 0 ? sum : sum + count * bucketValue(bucket), 0);
}

/**
 * The duration that the share `q` of all durations, 0 to 1, doesn't exceed; 0 without any durations.
 *
 * Units: microseconds; off by 5.9 % at most, and by less than one below 16.
 */
export function quantileOf(counts: HistogramCounts, q: number): number {
  let left = Math.max(1, Math.ceil(countOf(counts) * q));
  for (let bucket = 0; bucket < counts.length; bucket++) {
    left -= counts[bucket]!;
    if (left <= 0) return bucketValue(bucket);
  }
  return 0;
}

/** How many durations lie below each of `limits`, which are starts of buckets, ascending. Units: microseconds. */
export function countsBelow(counts: HistogramCounts, limits: readonly number[]): number[] {
  let bucket = 0;
  let below = 0;
  return limits.map((limit) => {
    for (; bucket < counts.length && bucketStart(bucket) < limit; bucket++) below += counts[bucket]!;
    return below;
  });
}
