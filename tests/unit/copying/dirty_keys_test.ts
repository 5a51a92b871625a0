import { describe, expect, test } from "bun:test";
import { DirtyKeys } from "../../../src/copying/dirty_keys.ts";

const key = (text: string) => Buffer.from(text, "latin1");

describe("DirtyKeys", () => {
  test("has a key once, however often it changes, and gives back its bytes", () => {
    const dirty = new DirtyKeys({ keys: 10, bytes: 100 });
    for (let i = 0; i < 1000; i++) dirty.add(i % 2, key("\u0000\u00ff"));
    expect([dirty.size, dirty.bytes]).toEqual([2, 4]);
    expect(dirty.take(10)).toEqual([key("\u0000\u00ff"), key("\u0000\u00ff")]);
    expect([dirty.size, dirty.bytes, dirty.take(10)]).toEqual([0, 0, []]);
  });

  test("gives no more than asked for, and counts what is left by bucket", () => {
    const dirty = new DirtyKeys({ keys: 100, bytes: 1000 });
    for (let i = 0; i < 9; i++) dirty.add(i % 3, key(`k${i}`));
    const first = dirty.take(4).map(String);
    expect([first.length, dirty.size]).toEqual([4, 5]);
    expect([...dirty.counts().values()].reduce((a, b) => a + b)).toBe(5);
    expect(new Set([...first, ...dirty.take(100).map(String)]).size).toBe(9);
    expect(dirty.counts().size).toBe(0);
  });

  test.each([[{ keys: 3, bytes: 1000 }], [{ keys: 1000, bytes: 8 }]])(
    "beyond %j forgets all and asks for a scan",
    (limits) => {
      const dirty = new DirtyKeys(limits);
      for (const text of ["aa", "bb", "cc"]) dirty.add(0, key(text));
      expect([dirty.mustScan, dirty.size]).toEqual([false, 3]);
      dirty.add(0, key("ddd"));
      expect([dirty.mustScan, dirty.size, dirty.bytes, dirty.take(9)]).toEqual([true, 0, 0, []]);
      dirty.add(0, key("e"));
      expect(dirty.size).toBe(0);
      dirty.reset();
      dirty.add(0, key("f"));
      expect([dirty.mustScan, dirty.take(9)]).toEqual([false, [key("f")]]);
    },
  );
});
