/** Histograms against the durations themselves: quantiles and sums are within the error that is promised. */
import { expect, test } from "bun:test";
import { addCounts, countOf, Histogram, quantileOf, sumOf, toCounts } from "../../src/stats/histogram.ts";
import { Random, SEED } from "../support/seed.ts";

/** The largest relative error, and what whole microseconds add to it for the shortest. */
const MOST = 1 / 17;
const RESOLUTION = 1;

test.each(Array.from({ length: 100 }, (_, i) => i))(
  "histograms keep their word in random round %d",
  (round) => {
    const random = new Random(`histogram ${round}`);
    const longest = random.pick([10, 1000, 1e6, 9e8]);
    const histograms = Array.from({ length: 3 }, () => new Histogram());
    const all: number[] = [];
    for (let i = random.integer(1, 500); i > 0; i--) {
      // As many short ones as long ones, by their length in digits.
      const micros = longest ** (random.integer(0, 1000) / 1000);
      all.push(micros);
      random.pick(histograms).record(micros / 1000);
    }
    all.sort((one, other) => one - other);
    const counts = addCounts(histograms.map((histogram) => toCounts(histogram.counts)));
    const isClose = (shown: number, true_: number, times = 1) =>
      Math.abs(shown - true_) <= true_ * MOST + RESOLUTION * times;

    expect({ SEED, count: countOf(counts) }).toEqual({ SEED, count: all.length });
    for (const q of [0, 0.1, 0.5, 0.9, 0.99, 1]) {
      const exact = all[Math.max(1, Math.ceil(all.length * q)) - 1]!;
      const isRight = isClose(quantileOf(counts, q), exact);
      expect({ SEED, q, exact, isRight }).toEqual({ SEED, q, exact, isRight: true });
    }
    const sum = all.reduce((total, micros) => total + micros, 0);
    expect({ SEED, sum: isClose(sumOf(counts), sum, all.length) }).toEqual({ SEED, sum: true });
  },
);
