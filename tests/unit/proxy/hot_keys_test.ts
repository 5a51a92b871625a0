/** Which keys are looked at, and what is told of them. */
import { beforeEach, describe, expect, test } from "bun:test";
import type { Arguments } from "../../../src/protocol/arguments.ts";
import { HotKeys } from "../../../src/proxy/hot_keys.ts";
import type { Pool } from "../../../src/proxy/pool.ts";

let hotKeys: HotKeys;

/** A request whose arguments are the words; keys that begin with b live on the second server. */
function words(...all: readonly string[]): Arguments {
  const bytes = all.map((word) => Buffer.from(word, "latin1"));
  return {
    count: all.length,
    bytesOf: (i) => bytes[i]!,
    start: () => 0,
    end: (i) => bytes[i]!.length,
  };
}

beforeEach(() => {
  const server = (name: string) => ({ server: { name } });
  const route = (bytes: Uint8Array) => bytes[0] === 98 ? 1 : bytes[0] === 120 ? -1 : 0;
  const backends = [server("one"), server("two")];
  hotKeys = new HotKeys(
    { config: { name: "main" }, backends, router: { epoch: 0, route } } as unknown as Pool,
  );
});

describe("HotKeys", () => {
  test("look at every key when told so, those of a request with several too", () => {
    hotKeys.configure(1, 10);
    hotKeys.pass(words("GET", "a"), 1, 0);
    hotKeys.passAll(words("MGET", "a", "b", "c"), Int32Array.of(1, 2, 3), 3);
    hotKeys.pass(words("SET", "b\xff", "v"), 1, 1);
    expect(hotKeys.list()).toEqual([
      { pool: "main", key: "a", server: "one", requests: 2, error: 0, perSecond: 2 },
      { pool: "main", key: "b", server: "two", requests: 1, error: 0, perSecond: 1 },
      { pool: "main", key: "c", server: "one", requests: 1, error: 0, perSecond: 1 },
      { pool: "main", key: "b\xff", server: "two", requests: 1, error: 0, perSecond: 1 },
    ]);
  });

  test("look at one in so many, and count it for all of them", () => {
    hotKeys.configure(10, 10);
    const keys = Int32Array.of(1, 2, 3, 4);
    for (let i = 0; i < 5000; i++) hotKeys.passAll(words("MGET", "a", "a", "b", "a"), keys, 4);
    for (let i = 0; i < 5000; i++) hotKeys.pass(words("GET", "a"), 1, 0);
    const [first, second] = hotKeys.list();
    // 20,000 and 5,000; six standard deviations of what chance does with a sample of that size.
    expect([first!.key, Math.abs(first!.requests - 20_000) < 6 * Math.sqrt(20_000 * 10)]).toEqual([
      "a",
      true,
    ]);
    expect([second!.key, Math.abs(second!.requests - 5000) < 6 * Math.sqrt(5000 * 10)]).toEqual(["b", true]);
  });

  test("tell how often a key is asked for in a second, and forget it in time", () => {
    hotKeys.configure(1, 10);
    for (let second = 0; second < 300; second++) {
      hotKeys.tick(1000 * (second + 1));
      for (let i = 0; i < 5; i++) hotKeys.pass(words("GET", "a"), 1, 0);
    }
    const [steady] = hotKeys.list();
    expect(steady!.perSecond).toBeCloseTo(5, 0);
    for (let second = 300; second < 900; second++) hotKeys.tick(1000 * (second + 1));
    const [faded] = hotKeys.list();
    expect(faded!.requests).toBeLessThan(steady!.requests / 500);
    expect(faded!.perSecond).toBeLessThan(0.1);
  });

  test("look at nothing when turned off, nor at keys that no server has", () => {
    hotKeys.configure(1, 10);
    hotKeys.pass(words("GET", "x"), 1, -1);
    hotKeys.configure(0, 10);
    hotKeys.pass(words("GET", "a"), 1, 0);
    hotKeys.passAll(words("MGET", "a", "b"), Int32Array.of(1, 2), 2);
    expect(hotKeys.list()).toEqual([]);
  });

  test("keep what they have when told the same again", () => {
    hotKeys.configure(1, 10);
    hotKeys.pass(words("GET", "a"), 1, 0);
    hotKeys.configure(1, 10);
    expect(hotKeys.list().length).toBe(1);
    hotKeys.configure(1, 5);
    expect(hotKeys.list()).toEqual([]);
  });
});
