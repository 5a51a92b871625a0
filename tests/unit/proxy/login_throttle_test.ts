import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { LoginThrottle, networkOf } from "../../../src/proxy/login_throttle.ts";

function digest(password: string): Uint8Array {
  return createHash("sha256").update(password).digest();
}

/** Tries so many different wrong passwords at one moment. */
function guess(throttle: LoginThrottle, account: string, count: number, now: number, salt = ""): number {
  let pauseMs = 0;
  for (let i = 0; i < count; i++) ({ pauseMs } = throttle.failed(account, digest(`${salt}${i}`), now));
  return pauseMs;
}

describe("LoginThrottle", () => {
  test("only counts the first five wrong passwords", () => {
    const throttle = new LoginThrottle();
    expect(guess(throttle, "a", 5, 0)).toBe(0);
    expect(throttle.pauseOf("a", 0)).toBe(0);
  });

  test("doubles the pause with each further one, up to half a minute, and lets it run down", () => {
    const throttle = new LoginThrottle();
    guess(throttle, "a", 5, 0);
    const pauses = Array.from({ length: 9 }, (_, i) => guess(throttle, "a", 1, 0, `more ${i} `));
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    expect(throttle.pauseOf("a", 29_000)).toBe(1000);
    expect(throttle.pauseOf("a", 30_000)).toBe(0);
  });

  test("counts a wrong password once however often it comes", () => {
    const throttle = new LoginThrottle();
    for (let i = 0; i < 1000; i++) throttle.failed("a", digest("old"), i);
    expect(throttle.pauseOf("a", 1000)).toBe(0);
    expect(throttle.failed("a", digest("old"), 1000).attempts).toBe(1001);
  });

  test("keeps accounts apart", () => {
    const throttle = new LoginThrottle();
    guess(throttle, "a", 20, 0);
    expect(throttle.pauseOf("a", 0)).toBeGreaterThan(0);
    expect(throttle.pauseOf("b", 0)).toBe(0);
  });

  test("forgets all at a right password, and after ten minutes without a wrong one", () => {
    const throttle = new LoginThrottle();
    guess(throttle, "a", 20, 0);
    throttle.succeeded("a");
    expect(guess(throttle, "a", 5, 1, "again ")).toBe(0);
    expect(guess(throttle, "a", 5, 11 * 60_000, "later ")).toBe(0);
  });

  test("remembers a bounded number of accounts, the latest", () => {
    const throttle = new LoginThrottle();
    guess(throttle, "first", 20, 0);
    guess(throttle, "second", 20, 0);
    for (let i = 0; i < 9999; i++) throttle.failed(`other ${i}`, digest("x"), 0);
    expect(throttle.pauseOf("first", 0)).toBe(0);
    expect(throttle.pauseOf("second", 0)).toBeGreaterThan(0);
  });
});

test.each([
  ["10.0.0.7:40001", "10.0.0.7"],
  ["unix", "unix"],
  ["[2001:db8:1:2:3:4:5:6]:40001", "2001:db8:1:2"],
  ["[2001:0db8:1:2:aaaa::1]:1", "2001:db8:1:2"],
  ["[2001:db8::5]:1", "2001:db8:0:0"],
  ["[::1]:1", "0:0:0:0"],
  ["[fe80::1%eth0]:1", "fe80:0:0:0"],
  ["[::ffff:10.0.0.7]:1", "10.0.0.7"],
])("networkOf %p is %p", (peer, network) => {
  expect(networkOf(peer)).toBe(network);
});
