/** The middle of several values; the mean of the two in the middle of an even number. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(half)]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** The value that `share` (0..1) of the sorted `values` do not exceed. Shape: `values` ascending. NaN of none. */
export function percentile(values: Float64Array, share: number): number {
  return values[Math.min(values.length - 1, Math.ceil(values.length * share) - 1)] ?? NaN;
}
