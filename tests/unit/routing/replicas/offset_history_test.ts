import { describe, expect, test } from "bun:test";
import { OffsetHistory } from "../../../../src/routing/replicas/offset_history.ts";

const KEEP_MS = 10_000;

function history(...samples: [offset: number, atMs: number][]): OffsetHistory {
  const made = new OffsetHistory();
  for (const [offset, atMs] of samples) made.add("one", offset, atMs, KEEP_MS);
  return made;
}

describe("OffsetHistory", () => {
  test("knownUntil gives the last time at which the primary was no further", () => {
    const offsets = history([100, 1000], [250, 2000], [250, 3000], [400, 4000]);
    expect([99, 100, 249, 250, 399, 400, 500].map((offset) => offsets.knownUntil(offset)))
      .toEqual([-Infinity, 1000, 1000, 3000, 3000, 4000, 4000]);
  });

  test("bytesBehind counts from the newest, and is never negative", () => {
    const offsets = history([100, 1000], [400, 4000]);
    expect([100, 400, 500].map((offset) => offsets.bytesBehind(offset))).toEqual([300, 0, 0]);
    expect(new OffsetHistory().bytesBehind(5)).toBe(0);
  });

  test("forgets what is older than it has to remember", () => {
    const offsets = history([100, 1000], [200, 5000], [300, 12_000]);
    expect([offsets.knownUntil(150), offsets.knownUntil(250)]).toEqual([-Infinity, 5000]);
    expect([offsets.beginsMs, new OffsetHistory().beginsMs]).toEqual([5000, Infinity]);
  });

  test("begins anew with another history, and when the primary goes back", () => {
    const offsets = history([100, 1000], [200, 2000]);
    offsets.add("two", 50, 3000, KEEP_MS);
    expect([offsets.replicationId, offsets.knownUntil(49), offsets.knownUntil(200)])
      .toEqual(["two", -Infinity, 3000]);
    offsets.add("two", 10, 4000, KEEP_MS);
    expect([offsets.newest, offsets.knownUntil(50)]).toEqual([10, 4000]);
  });
});
