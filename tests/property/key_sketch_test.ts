/** The sketch of frequent keys against exact counts: never too low, too high by no more than it says, no heavy key missing. */
import { expect, test } from "bun:test";
import { KeySketch } from "../../src/stats/key_sketch.ts";
import { Random, SEED } from "../support/seed.ts";

test.each(Array.from({ length: 100 }, (_, i) => i))("a sketch keeps its word in random round %d", (round) => {
  const random = new Random(`sketch ${round}`);
  const places = random.integer(1, 40);
  const keys = random.integer(1, 200);
  const skew = random.pick([1, 2, 4]);
  const sketch = new KeySketch<number>(places);
  const exact = new Map<string, number>();
  const length = random.integer(0, 3000);
  for (let i = 0; i < length; i++) {
    const key = `key ${Math.floor(keys * (random.integer(0, 9999) / 10_000) ** skew)}`;
    exact.set(key, (exact.get(key) ?? 0) + 1);
    sketch.add(key, i);
  }
  const top = sketch.top(places);
  for (const { key, count, error } of top) {
    const seen = exact.get(key)!;
    expect({ SEED, key, isBetween: count - error <= seen && seen <= count }).toEqual({
      SEED,
      key,
      isBetween: true,
    });
  }
  const shown = new Set(top.map(({ key }) => key));
  const heavy = [...exact].filter(([, count]) => count > length / places).map(([key]) => key);
  expect({ SEED, missing: heavy.filter((key) => !shown.has(key)) }).toEqual({ SEED, missing: [] });
  expect(top.reduce((sum, { count }) => sum + count, 0)).toBe(length);
});
