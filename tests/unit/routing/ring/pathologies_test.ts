/** Every warning is held against keys that are really routed, and every silence too. */
import { describe, expect, test } from "bun:test";
import { HASHES, type HashName } from "../../../../src/hash/mod.ts";
import { clusteringWarning } from "../../../../src/routing/ring/pathologies.ts";
import { createRing, type Distribution } from "../../../../src/routing/ring/ring.ts";

const NAMES = Object.keys(HASHES) as HashName[];
const PREFIXES = ["user:", "session-", "k", "article:views:"];
const IDS_PER_PREFIX = 10_000;
const RUN = 10;

/**
 * Part of the keys that lie where the weights wouldn't have them. A warning must be of no less than MILD,
 * silence of no more than STRONG: between them it is a matter of taste. A sound hash has 0.01 to 0.03, by
 * chance.
 */
const MILD = 0.04;
const STRONG = 0.075;
/**
 * Part of the runs of ten consecutive ids that lie on one server; among four it is less than 0.001 by chance.
 */
const CLUSTERED = 0.5;

const PREFIXED_KEYS = PREFIXES.map((prefix) => {
  return Array.from({ length: IDS_PER_PREFIX }, (_, id) => new TextEncoder().encode(`${prefix}${id}`));
});

/** Weights that a divisor's incomplete rounds count in, and then such that they don't or hardly do. */
// deno-fmt-ignore
const WEIGHTS = [
  [1, 2], [2, 4], [2, 3], [2, 2, 2], [4, 4, 4], [8, 8, 8], [5, 5, 5], [1, 1, 1, 3], [2, 3, 4], [14, 15],
  [3, 3], [5, 5], [3, 6], [6, 6, 6], [9, 9, 9, 9], [1, 3], [29, 1], [7, 7, 7], [10, 10, 10], [100, 200],
];

const ones = (count: number) => new Array<number>(count).fill(1);

/** How keys were spread. */
interface Measured {
  /** Mean over the prefixes. */
  unevenness: number;
  /** Of the prefix with the fewest. */
  wholeRuns: number;
}

function measure(distribution: Distribution, hash: HashName, weights: readonly number[]): Measured {
  const servers = weights.map((weight, i) => ({ name: `10.0.0.${i}:6379`, weight }));
  const router = createRing({ distribution, hash, servers, epoch: 0 });
  const spreads = PREFIXED_KEYS.map((keys) => keys.map((key) => router.route(key, 0, key.length)));
  return {
    unevenness: spreads.reduce((sum, owners) => sum + unevenness(owners, weights), 0) / spreads.length,
    wholeRuns: Math.min(...spreads.map(wholeRuns)),
  };
}

function unevenness(owners: readonly number[], weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const held = new Array<number>(weights.length).fill(0);
  for (const owner of owners) held[owner]!++;
  return held.reduce((sum, keys, i) => sum + Math.abs(keys / owners.length - weights[i]! / total), 0) / 2;
}

function wholeRuns(owners: readonly number[]): number {
  let whole = 0;
  for (let i = 0; i < owners.length; i += RUN) {
    if (owners.slice(i, i + RUN).every((owner) => owner === owners[i])) whole++;
  }
  return whole / (owners.length / RUN);
}

function warning(distribution: Distribution, hash: HashName, weights: readonly number[]): string | null {
  return clusteringWarning({ distribution, hash, servers: weights.map((weight) => ({ weight })) });
}

function expectTrueOfModula(hash: HashName, weights: readonly number[]): void {
  const { unevenness } = measure("modula", hash, weights);
  const told = { weights, unevenness, speaks: warning("modula", hash, weights) !== null };
  expect(told).toEqual({ ...told, speaks: unevenness >= (told.speaks ? MILD : STRONG) });
}

describe.each(NAMES)("clusteringWarning of %s", (hash) => {
  test.each([2, 4, 10, 100])(
    "with ketama speaks when neighbours stay together on %d servers, else not",
    (count) => {
      const clustered = measure("ketama", hash, ones(count)).wholeRuns >= CLUSTERED;
      expect(warning("ketama", hash, ones(count)) !== null).toBe(clustered);
    },
  );

  test("with modula speaks when 2 to 30 equal servers are filled unevenly, else not", () => {
    for (let count = 2; count <= 30; count++) expectTrueOfModula(hash, ones(count));
  });

  test("with modula speaks when weighted servers are filled unevenly, else not", () => {
    for (const weights of WEIGHTS) expectTrueOfModula(hash, weights);
  });

  test("is silent when there is one server, or servers are drawn at random", () => {
    for (const distribution of ["ketama", "modula", "random"] as const) {
      expect(warning(distribution, hash, [1])).toBeNull();
    }
    expect(warning("random", hash, ones(3))).toBeNull();
  });
});

test("clusteringWarning says that one server gets nearly all when crc32 meets ketama", () => {
  expect(warning("ketama", "crc32", ones(4))).toContain("nearly every key on one server");
  for (const count of [2, 4, 40]) {
    expect(measure("ketama", "crc32", ones(count)).unevenness).toBeGreaterThan(1 - 1 / count - 0.05);
  }
});

test("clusteringWarning names the divisors and the sum of the weights when modula is uneven", () => {
  expect(warning("modula", "fnv1a_64", ones(15))).toContain("a multiple of 3 or 5, here 15;");
  expect(warning("modula", "fnv1_64", ones(29))).toContain("a multiple of 29, here 29;");
});

test("clusteringWarning's advice holds when murmur or md5 is chosen instead", () => {
  for (const hash of ["murmur", "md5"] as const) {
    for (const distribution of ["ketama", "modula"] as const) {
      expect(measure(distribution, hash, ones(15)).wholeRuns).toBeLessThan(0.01);
      expect(warning(distribution, hash, ones(15))).toBeNull();
    }
  }
});
