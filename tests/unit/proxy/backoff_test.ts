import { expect, test } from "bun:test";
import { Backoff } from "../../../src/proxy/backoff.ts";

function expectRanges(backoff: Backoff, delays: readonly number[]): void {
  for (const delay of delays) {
    const next = backoff.next();
    expect(next).toBeGreaterThanOrEqual(delay / 2);
    expect(next).toBeLessThanOrEqual(delay);
  }
}

test("Backoff doubles its delay up to 2 s, each shortened by up to a half", () => {
  for (let round = 0; round < 100; round++) {
    expectRanges(new Backoff(), [50, 100, 200, 400, 800, 1600, 2000, 2000]);
  }
});

test("Backoff begins anew after a connection on which replies came", () => {
  const backoff = new Backoff();
  expectRanges(backoff, [50, 100, 200]);
  backoff.lost(false, true);
  expectRanges(backoff, [400]);
  backoff.lost(true, true);
  expectRanges(backoff, [50, 100]);
});

test("Backoff has the next attempt wait after two connections in a row that only took requests", () => {
  const backoff = new Backoff();
  const connections = [[false, true], [false, false], [false, true], [false, true], [true, true], [
    false,
    true,
  ]];
  const waits = connections.map(([repliesCame, requestsFailed]) =>
    backoff.lost(repliesCame!, requestsFailed!)
  );
  expect(waits).toEqual([false, false, true, true, false, false]);
});

test("Backoff stays at its bound however often it fails", () => {
  const backoff = new Backoff();
  for (let i = 0; i < 5000; i++) backoff.next();
  expectRanges(backoff, [2000, 2000]);
});

test("Backoff spreads those that failed together", () => {
  const delays = Array.from({ length: 50 }, () => new Backoff().next());
  expect(new Set(delays).size).toBeGreaterThan(40);
});
