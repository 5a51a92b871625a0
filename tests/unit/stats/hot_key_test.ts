import { expect, test } from "bun:test";
import { type HotKey, mergeHotKeys } from "../../../src/stats/mod.ts";

function hot(pool: string, key: string, requests: number): HotKey {
  return { pool, key, server: "one", requests, error: requests / 10, perSecond: requests / 60 };
}

test("mergeHotKeys adds up what workers saw of a key, and keeps the hottest of each pool", () => {
  const merged = mergeHotKeys(
    [hot("p", "a", 60), hot("p", "b", 90), hot("p", "a", 120), hot("q", "a", 30), hot("p", "c", 10)],
    2,
  );
  expect(merged).toEqual([hot("p", "a", 180), hot("p", "b", 90), hot("q", "a", 30)]);
});
