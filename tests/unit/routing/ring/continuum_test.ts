import { describe, expect, test } from "bun:test";
import { continuum, pointCount } from "../../../../src/routing/ring/continuum.ts";

/** Counts of equal servers up to 200 for which rounding to 32-bit floats loses a step; from nutcracker. */
const SHORT_COUNTS = [25, 47, 50, 55, 61, 71, 94, 100, 107, 109, 110, 115, 122, 142, 159, 163, 188, 193, 200];

const countOf = (weights: number[]) => {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => pointCount(weight, total, weights.length));
};

test("pointCount is 160, or 156 where the float falls short, when up to 200 servers are equal", () => {
  for (let servers = 1; servers <= 200; servers++) {
    expect([servers, pointCount(1, servers, servers)]).toEqual([
      servers,
      SHORT_COUNTS.includes(servers) ? 156 : 160,
    ]);
  }
});

test("pointCount follows the weights when they differ", () => {
  expect(countOf([1, 2, 3])).toEqual([80, 160, 240]);
});

test("pointCount is 0 when a weight is tiny beside the others", () => {
  expect(countOf([100000, 1])).toEqual([316, 0]);
});

describe("continuum", () => {
  const of = (servers: readonly (readonly [name: string, weight: number])[]) =>
    continuum(servers.map(([name, weight], index) => ({ name, weight, index })));

  const equal = (...names: string[]) => of(names.map((name) => [name, 1]));

  test.each(
    [
      ["four equal servers", equal("server1", "server2", "server3", "server4"), 640, [9796559, 2], [
        4290847573,
        3,
      ]],
      [
        "addresses are names",
        equal("127.0.0.1:6380", "127.0.0.1:6381", "127.0.0.1:6382"),
        480,
        [23409604, 0],
        [4293816005, 2],
      ],
      ["weights differ", of([["s1", 1], ["s2", 2], ["s3", 3]]), 480, [14733755, 2], [4270593805, 2]],
      ["hosts are names", equal("10.0.0.1", "10.0.0.2"), 320, [18272749, 1], [4279332826, 1]],
    ] as const,
  )("equals nutcracker's when %s", (_, points, count, first, last) => {
    expect(points).toHaveLength(count);
    expect(points[0]).toEqual({ value: first[0], owner: first[1] });
    expect(points.at(-1)).toEqual({ value: last[0], owner: last[1] });
  });

  test("is in ascending order when many servers share it", () => {
    const values = equal(...Array.from({ length: 50 }, (_, i) => `node${i}`)).map((point) => point.value);
    expect(values).toEqual(values.toSorted((a, b) => a - b));
  });

  test("keeps the indices of its servers when some of the pool are missing", () => {
    const points = continuum([{ name: "a", weight: 1, index: 3 }, { name: "b", weight: 1, index: 7 }]);
    expect(new Set(points.map((point) => point.owner))).toEqual(new Set([3, 7]));
  });
});
