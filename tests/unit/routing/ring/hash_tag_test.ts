import { expect, test } from "bun:test";
import { HashTag } from "../../../../src/routing/ring/hash_tag.ts";

/** What is hashed of a key that stands among signs which are no part of it. */
function located(signs: string, key: string): string {
  const before = `${signs}x${signs[0]}`;
  const bytes = Buffer.from(`${before}${key}${signs[1]}x${signs}`);
  const start = Buffer.byteLength(before);
  const tag = new HashTag(signs);
  tag.locate(bytes, start, start + Buffer.byteLength(key));
  return bytes.toString("utf8", tag.start, tag.end);
}

test.each([
  ["{}", "x{k}y", "k"],
  ["{}", "{k}", "k"],
  ["{}", "{a}{b}", "a"],
  ["{}", "}{k}", "k"],
  ["{}", "{{k}", "{k"],
  ["{}", "{long tag}", "long tag"],
  ["{}", "{é}", "é"],
  ["||", "a|b|c|d", "b"],
  ["$$", "$k$", "k"],
])("locate finds the tag when signs are %s and the key is %s", (signs, key, tag) => {
  expect(located(signs, key)).toBe(tag);
});

test.each([
  ["{}", ""],
  ["{}", "plain"],
  ["{}", "{}"],
  ["{}", "{}{k}"],
  ["{}", "{k"],
  ["{}", "k}"],
  ["{}", "}k{"],
  ["{}", "k{"],
  ["||", "||a|"],
  ["||", "a|b"],
])("locate takes the whole key when signs are %s and the key is %s", (signs, key) => {
  expect(located(signs, key)).toBe(key);
});

test("HashTag takes a sign of two bytes as both signs when its encoding is two bytes long", () => {
  const key = Buffer.from([0x61, 0xc3, 0x62, 0xa9]);
  const tag = new HashTag("\u00e9");
  tag.locate(key, 0, key.length);
  expect([tag.start, tag.end]).toEqual([2, 3]);
});

test("HashTag throws when the signs aren't two bytes", () => {
  for (const signs of ["", "{", "{}}", "{\u00e9"]) expect(() => new HashTag(signs)).toThrow(RangeError);
});
