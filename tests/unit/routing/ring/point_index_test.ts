import { expect, test } from "bun:test";
import type { Point } from "../../../../src/routing/ring/continuum.ts";
import { PointIndex } from "../../../../src/routing/ring/point_index.ts";

const SEED = 77;

/** By the rule, without an index. */
function naiveOwner(points: readonly Point[], hash: number): number {
  return (points.find((point) => point.value >= hash) ?? points[0]!).owner;
}

/** Every hash next to a point, the ends of the range, and the middle of every gap. */
function tellingHashes(points: readonly Point[]): number[] {
  const near = points.flatMap(({ value }, i) => [
    value - 1,
    value,
    value + 1,
    Math.floor((value + (points[i + 1]?.value ?? 0xffffffff)) / 2),
  ]);
  return [0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, ...near].filter((hash) =>
    hash >>> 0 === hash
  );
}

function expectNaiveOwners(points: readonly Point[]): void {
  const index = new PointIndex(points);
  for (const hash of tellingHashes(points)) {
    expect([hash, index.ownerOf(hash)]).toEqual([hash, naiveOwner(points, hash)]);
  }
}

test(`ownerOf equals the naive search when points are anywhere (seed ${SEED})`, () => {
  let state = SEED;
  for (const count of [2, 3, 4, 5, 100, 640, 1000]) {
    const values = Array.from(
      { length: count },
      () => (state = Math.imul(state, 1664525) + 1013904223) >>> 0,
    );
    expectNaiveOwners(values.toSorted((a, b) => a - b).map((value, owner) => ({ value, owner })));
  }
});

test("ownerOf equals the naive search when all points are close together", () => {
  for (const base of [0, 0x7ffffff8, 0xfffffff0]) {
    expectNaiveOwners(Array.from({ length: 16 }, (_, i) => ({ value: base + i, owner: i })));
  }
});

test("ownerOf is the first in order when points have the same value", () => {
  const points = [5, 9, 9, 9, 20].map((value, owner) => ({ value, owner }));
  expect(new PointIndex(points).ownerOf(9)).toBe(1);
  expect(new PointIndex(points).ownerOf(6)).toBe(1);
  expect(new PointIndex(points).ownerOf(10)).toBe(4);
});

test("ownerOf closes the circle when the hash lies behind the last point", () => {
  const points = [{ value: 10, owner: 4 }, { value: 20, owner: 2 }];
  expect(new PointIndex(points).ownerOf(21)).toBe(4);
  expect(new PointIndex(points).ownerOf(0xffffffff)).toBe(4);
});

test("ownerOf is the last point's owner when that point is the highest hash", () => {
  const points = [{ value: 10, owner: 4 }, { value: 0xffffffff, owner: 2 }];
  expect(new PointIndex(points).ownerOf(0xffffffff)).toBe(2);
});
