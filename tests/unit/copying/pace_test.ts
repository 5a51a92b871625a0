import { describe, expect, test } from "bun:test";
import { Pace } from "../../../src/copying/pace.ts";

describe("Pace", () => {
  test("lets everything go when nothing is limited", () => {
    const pace = new Pace({ bytesPerSecond: null, latencyMs: null });
    pace.observe(10_000);
    expect([pace.delay(1e9, 0, 5), pace.share]).toEqual([0, 1]);
  });

  test("keeps to the bytes of a second, and makes up for no pause", () => {
    const pace = new Pace({ bytesPerSecond: 1000, latencyMs: null });
    expect(pace.delay(500, 0, 100)).toBe(400);
    expect(pace.delay(500, 500, 600)).toBe(400);
    expect(pace.delay(100, 60_000, 60_010)).toBe(90);
    expect(pace.delay(1_000_000, 70_000, 70_000)).toBe(2000);
    expect(pace.delay(0, 70_000, 70_000)).toBe(2000);
  });

  test("takes a smaller share of time while the source is slow, down to a bound, and goes back step by step", () => {
    const pace = new Pace({ bytesPerSecond: null, latencyMs: 5 });
    pace.observe(4);
    expect(pace.share).toBe(1);
    pace.observe(6);
    expect(pace.delay(1, 0, 100)).toBeCloseTo(50);
    for (let i = 0; i < 100; i++) pace.observe(6);
    expect(pace.share).toBeCloseTo(0.02);
    expect(pace.delay(1, 0, 10)).toBeCloseTo(490);
    const before = pace.share;
    pace.observe(5);
    expect(pace.share).toBeGreaterThan(before);
    for (let i = 0; i < 100; i++) pace.observe(1);
    expect([pace.share, pace.delay(1, 0, 100)]).toEqual([1, 0]);
  });

  test("takes new limits at once", () => {
    const pace = new Pace({ bytesPerSecond: 1000, latencyMs: 1 });
    pace.observe(2);
    pace.limits = { bytesPerSecond: null, latencyMs: null };
    pace.observe(2);
    expect(pace.delay(1e6, 0, 100)).toBe(0);
  });
});
