/** The sketch of frequent keys; against exact counts it is tests/property/key_sketch_test.ts. */
import { describe, expect, test } from "bun:test";
import { KeySketch } from "../../../src/stats/key_sketch.ts";

function sketchOf(places: number, keys: string): KeySketch<string> {
  const sketch = new KeySketch<string>(places);
  for (const key of keys) sketch.add(key, key.toUpperCase());
  return sketch;
}

describe("KeySketch", () => {
  test("counts exactly while there are places for all keys", () => {
    expect(sketchOf(3, "abacab").top(2)).toEqual([
      { key: "a", count: 3, error: 0, tag: "A" },
      { key: "b", count: 2, error: 0, tag: "B" },
    ]);
  });

  test("gives the place of the rarest to a new key, with what it may have been counted before", () => {
    expect(sketchOf(2, "aaabc").top(2)).toEqual([
      { key: "a", count: 3, error: 0, tag: "A" },
      { key: "c", count: 2, error: 1, tag: "C" },
    ]);
  });

  test("counts what was seen before it faded half", () => {
    const sketch = sketchOf(2, "aaaab");
    sketch.fade();
    for (const key of "bbb") sketch.add(key, "new");
    expect(sketch.top(2)).toEqual([
      { key: "b", count: 3.5, error: 0, tag: "new" },
      { key: "a", count: 2, error: 0, tag: "A" },
    ]);
  });

  test("shows nothing before there was a key", () => {
    expect(new KeySketch(2).top(5)).toEqual([]);
  });
});
