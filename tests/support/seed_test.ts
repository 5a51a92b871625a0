import { expect, test } from "bun:test";
import { Random } from "./seed.ts";

const draws = (random: Random) => Array.from({ length: 50 }, () => random.integer(-5, 1000));

test("Random draws the same again when seed and salt are the same, and otherwise not", () => {
  expect(draws(new Random("a", 1))).toEqual(draws(new Random("a", 1)));
  expect(draws(new Random("a", 1))).not.toEqual(draws(new Random("b", 1)));
  expect(draws(new Random("a", 1))).not.toEqual(draws(new Random("a", 2)));
});

test("Random integer reaches both ends of its range and nothing else", () => {
  const random = new Random("range");
  const seen = new Set(Array.from({ length: 2000 }, () => random.integer(3, 6)));
  expect([...seen].sort()).toEqual([3, 4, 5, 6]);
});

test("Random bytes have any value", () => {
  const seen = new Set(new Random("bytes").bytes(20_000));
  expect(seen.size).toBe(256);
});
