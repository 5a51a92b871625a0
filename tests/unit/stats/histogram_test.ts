/** Histograms: where durations go, and how far off what comes out may be; random ones are tests/property/histogram_test.ts. */
import { describe, expect, test } from "bun:test";
import {
  addCounts,
  bucketOf,
  BUCKETS,
  bucketStart,
  countOf,
  countsBelow,
  quantileOf,
  sumOf,
} from "../../../src/stats/histogram.ts";
import { histogramOf } from "./example_instance.ts";

describe("bucketOf", () => {
  test("puts every duration into the bucket whose limits are around it", () => {
    for (let micros = 0; micros < 100_000; micros++) {
      const bucket = bucketOf(micros / 1000 + 1e-6);
      const isInside = bucketStart(bucket) <= micros && micros < bucketStart(bucket + 1);
      if (!isInside) expect({ micros, bucket }).toBe("inside its limits" as never);
    }
  });

  test("has buckets for nothing, and for what is longer than all", () => {
    expect([0, -1, 1e-9].map(bucketOf)).toEqual([0, 0, 0]);
    expect([2 ** 30 / 1000, 1e12, Infinity].map(bucketOf)).toEqual(Array(3).fill(BUCKETS - 1));
    expect(bucketStart(BUCKETS)).toBe(2 ** 30);
  });
});

describe("a histogram's", () => {
  test("quantiles are the durations that so many don't exceed", () => {
    const counts = histogramOf(...Array.from({ length: 1000 }, (_, i) => (i + 1) / 1000));
    for (const [q, micros] of [[0, 1], [0.5, 500], [0.9, 900], [1, 1000]] as const) {
      expect(Math.abs(quantileOf(counts, q) / micros - 1)).toBeLessThanOrEqual(1 / 17);
    }
    expect(quantileOf([], 0.5)).toBe(0);
  });

  test("counts are without the zeros behind the last", () => {
    expect(histogramOf()).toEqual([]);
    expect(histogramOf(0, 0.002, 0.002)).toEqual([1, 0, 2]);
  });

  test("count and sum are those of what was recorded", () => {
    const counts = histogramOf(0.003, 0.005, 0.007);
    expect([countOf(counts), sumOf(counts)]).toEqual([3, 15]);
  });

  test("counts below limits are cumulative", () => {
    const counts = histogramOf(0.127, 0.128, 0.129, 5, 5000);
    expect(countsBelow(counts, [64, 128, 256, 2 ** 22, 2 ** 24])).toEqual([0, 1, 3, 4, 5]);
  });

  test("counts add up", () => {
    expect(addCounts([[1, 2], [], [10, 0, 5]])).toEqual([11, 2, 5]);
    expect(addCounts([])).toEqual([]);
  });
});
