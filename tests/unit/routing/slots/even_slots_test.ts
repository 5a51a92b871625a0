import { describe, expect, test } from "bun:test";
import { NO_SERVER } from "../../../../src/routing/router.ts";
import { evenSlots, rebalance } from "../../../../src/routing/slots/even_slots.ts";
import { Random } from "../../../support/seed.ts";

const slots = (count: number, group: number) => new Array<number>(count).fill(group);

function countsOf(owners: readonly number[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const group of owners) counts[group] = (counts[group] ?? 0) + 1;
  return counts;
}

function after(owners: readonly number[], groups: readonly number[]): number[] {
  const next = [...owners];
  for (const { slot, from, to } of rebalance(owners, groups)) {
    expect([next[slot], from]).toEqual([from, from]);
    expect(to).not.toBe(from);
    next[slot] = to;
  }
  return next;
}

describe("evenSlots", () => {
  test("gives each group a piece of its own, in their order", () => {
    expect(evenSlots([7], 4)).toEqual([7, 7, 7, 7]);
    expect(evenSlots([1, 2], 4)).toEqual([1, 1, 2, 2]);
    expect(countsOf(evenSlots([1, 2, 3], 1024))).toEqual({ 1: 342, 2: 341, 3: 341 });
    expect(() => evenSlots([], 4)).toThrow("no group");
  });
});

describe("rebalance", () => {
  test("does with offline slots, with one group of many, and with a group that goes, what is expected", () => {
    expect(countsOf(after(slots(1024, NO_SERVER), [1]))).toEqual({ 1: 1024 });
    expect(countsOf(after(slots(1024, NO_SERVER), [1, 2]))).toEqual({ 1: 512, 2: 512 });
    const half = rebalance(slots(1024, 1), [1, 2]);
    expect(half.map(({ slot }) => slot)).toEqual(Array.from({ length: 512 }, (_, i) => 512 + i));
    expect(countsOf(after([...slots(768, 1), ...slots(256, NO_SERVER)], [1, 2]))).toEqual({ 1: 512, 2: 512 });
    expect(countsOf(after(evenSlots([1, 2, 3], 1024), [1, 3]))).toEqual({ 1: 512, 3: 512 });
    expect(rebalance(evenSlots([1, 2, 3], 1024), [3, 1, 2])).toEqual([]);
    expect(() => rebalance(slots(4, 1), [])).toThrow("no group");
  });

  test("ends even, and moves no slot that could have stayed, from any map", () => {
    const random = new Random("rebalance");
    for (let round = 0; round < 200; round++) {
      const groups = Array.from({ length: random.integer(1, 6) }, (_, i) => i + 1);
      const owners = Array.from({ length: 64 }, () => random.integer(-1, groups.length + 1));
      const next = after(owners, groups);
      const counts = groups.map((group) => countsOf(next)[group] ?? 0);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      const before = groups.map((group) => countsOf(owners)[group] ?? 0).toSorted((a, b) => b - a);
      const stay = before.reduce(
        (sum, had, i) => sum + Math.min(had, counts.toSorted((a, b) => b - a)[i]!),
        0,
      );
      expect(rebalance(owners, groups).length).toBe(64 - stay);
    }
  });
});
