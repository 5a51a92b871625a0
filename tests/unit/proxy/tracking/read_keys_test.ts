/** Who has read what: told once, forgotten with those who are told so when there are too many, and bounded by bytes. */
import { describe, expect, test } from "bun:test";
import { ReadKeys } from "../../../../src/proxy/tracking/read_keys.ts";
import type { Tracker } from "../../../../src/proxy/tracking/tracker.ts";

const [one, other] = [{}, {}] as [Tracker, Tracker];

function neverForgets(key: string): never {
  throw new Error(`forgets ${key}`);
}

describe("ReadKeys", () => {
  test("gives everybody who has read a key, once", () => {
    const keys = new ReadKeys(10, 100);
    for (const reader of [one, other, one]) keys.note("a", reader, neverForgets);
    keys.note("b", one, neverForgets);
    expect([...keys.take("a")]).toEqual([one, other]);
    expect([...keys.take("a"), ...keys.take("c")]).toEqual([]);
    expect([...keys.take("b")]).toEqual([one]);
    expect(keys.size).toBe(0);
  });

  test.each([
    { mostReads: 3, mostBytes: 1000, text: "k" },
    { mostReads: 1000, mostBytes: 30, text: "k".repeat(9) },
  ])("forgets what was read first, and says so, beyond its bounds: %p", ({ mostReads, mostBytes, text }) => {
    const keys = new ReadKeys(mostReads, mostBytes);
    const forgotten: unknown[] = [];
    for (let i = 0; i < 5; i++) {
      keys.note(`${text}${i}`, one, (key, readers) => forgotten.push([key, ...readers]));
    }
    expect(forgotten).toEqual([[`${text}0`, one], [`${text}1`, one]]);
    expect(keys.size).toBe(3);
    expect([...keys.take(`${text}0`)]).toEqual([]);
    expect([...keys.take(`${text}4`)]).toEqual([one]);
  });

  test("has room again for what was taken", () => {
    const keys = new ReadKeys(2, 100);
    for (let i = 0; i < 50; i++) {
      keys.note(`k${i}`, one, neverForgets);
      keys.note(`k${i}`, other, neverForgets);
      expect([...keys.take(`k${i}`)].length).toBe(2);
    }
  });
});
