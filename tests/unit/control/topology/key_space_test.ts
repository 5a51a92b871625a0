import { describe, expect, test } from "bun:test";
import type { PoolConfig } from "../../../../src/config/mod.ts";
import { type KeySpace, keySpaceMoved, keySpaceShares } from "../../../../src/control/topology/key_space.ts";
import { makeRouter, serversOf } from "../../../../src/control/worker/pool_parts.ts";
import { poolOf } from "../settings/pool_of.ts";

/** What 16,384 keys can't tell, and how unevenly a ring of 160 points per server divides. */
const SAMPLING = 0.02;
const RING = 0.06;

interface SpaceOptions extends Partial<PoolConfig> {
  /** Names of servers that are out of the ring. */
  readonly out?: readonly string[];
}

function space(servers: readonly string[], { out = [], ...options }: SpaceOptions = {}): KeySpace {
  const pool = { ...poolOf(servers), hash: "md5" as const, ...options };
  const ordered = serversOf(pool);
  const live = ordered.map(({ name }) => !out.includes(name));
  return { servers: ordered, router: makeRouter(pool, { live, epoch: 0, cluster: null }) };
}

function named(...names: string[]): string[] {
  return names.map((name) => `${name}.example:6379:1 ${name}`);
}

describe("keySpaceMoved", () => {
  const four = named("a", "b", "c", "d");

  test.each(["ketama", "modula"] as const)(
    "is 0 for the same %s ring, and always the same",
    (distribution) => {
      const ring = space(four, { distribution });
      expect(keySpaceMoved(ring, space(four, { distribution }))).toBe(0);
      const other = space(named("a", "b", "c"), { distribution });
      expect(keySpaceMoved(ring, other)).toBe(keySpaceMoved(ring, other));
      expect(keySpaceMoved(ring, other)).toBe(keySpaceMoved(other, ring));
    },
  );

  test("is a share in proportion when a server joins or leaves a ketama ring, wherever it stands in the list", () => {
    // A name that is shorter than all others comes first and shifts every index.
    const longer = named("aa", "bb", "cc", "dd");
    const joined = [space([...longer, ...named("e")]), space([...longer, ...named("eee")])];
    for (const each of joined) {
      expect(Math.abs(keySpaceMoved(space(longer), each) - 1 / 5)).toBeLessThan(RING);
    }
  });

  test("is nearly everything when a server joins a modula pool", () => {
    const [before, joined] = [named("a", "b", "c"), four].map((names) =>
      space(names, { distribution: "modula" })
    );
    expect(Math.abs(keySpaceMoved(before!, joined!) - 3 / 4)).toBeLessThan(SAMPLING);
  });

  test("is what an ejected server had", () => {
    const [whole, without] = [space(four), space(four, { out: ["b"] })];
    const share = keySpaceShares(whole)[serversIndex(whole, "b")]!;
    expect(keySpaceMoved(whole, without)).toBe(share);
  });

  test("is 1 when no server is the same, and when none is left", () => {
    expect(keySpaceMoved(space(four), space(named("w", "x", "y", "z")))).toBe(1);
    expect(keySpaceMoved(space(named("a")), space(named("b")))).toBe(1);
    expect(keySpaceMoved(space(four), space(four, { out: ["a", "b", "c", "d"] }))).toBe(1);
  });

  test("knows servers by their addresses, not by their names", () => {
    const renamed = space(four.map((entry) => entry.replace(/ .*/, "")));
    const moved = space(["a2.example:6379:1 a", ...four.slice(1)]);
    const before = space(four);
    expect(keySpaceMoved(space(named("a")), space(["a.example:6379:1 other"]))).toBe(0);
    expect(keySpaceMoved(before, renamed)).toBeLessThan(1);
    expect(keySpaceMoved(before, moved)).toBe(keySpaceShares(before)[serversIndex(before, "a")]!);
  });

  test("is 0 between random pools, and everything to or from one", () => {
    const random = space(four, { distribution: "random" });
    expect(keySpaceMoved(random, space(named("x", "y"), { distribution: "random" }))).toBe(0);
    expect([keySpaceMoved(random, space(four)), keySpaceMoved(space(four), random)]).toEqual([1, 1]);
  });
});

describe("keySpaceShares", () => {
  test("adds up to 1, by weight", () => {
    const weighted = space(["a.example:1:1 a", "b.example:1:3 b"], { distribution: "modula" });
    const [a, b] = keySpaceShares(weighted);
    expect(a! + b!).toBeCloseTo(1);
    expect(Math.abs(b! - 3 / 4)).toBeLessThan(SAMPLING);
  });

  test("gives nothing to servers out of the ring, and equal shares in a random pool", () => {
    const names = named("a", "b", "c");
    expect(keySpaceShares(space(names, { out: ["a", "c"] }))).toEqual([0, 1, 0]);
    expect(keySpaceShares(space(names, { out: ["a", "b", "c"] }))).toEqual([0, 0, 0]);
    expect(keySpaceShares(space(names, { distribution: "random", out: ["b"] }))).toEqual([1 / 2, 0, 1 / 2]);
  });
});

function serversIndex({ servers }: KeySpace, name: string): number {
  return servers.findIndex((server) => server.name === name);
}
