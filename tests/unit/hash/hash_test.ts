import { describe, expect, test } from "bun:test";
import { HASHES, type HashFunction, type HashName } from "../../../src/hash/mod.ts";
import { KEYS, VECTORS } from "./vectors.ts";

const NAMES = Object.keys(HASHES) as HashName[];
/** Long enough for several blocks of the hash that reads the largest ones. */
const LENGTHS = Array.from({ length: 300 }, (_, length) => length);

describe.each(NAMES)("%s", (name) => {
  const hash: HashFunction = HASHES[name];

  test("equals nutcracker's result when given each vector's key", () => {
    expect(KEYS.map((key) => hash(key, 0, key.length))).toEqual([...VECTORS[name]]);
  });

  test("is a uint32 and reads its range alone when the key is inside a bigger buffer", () => {
    for (const length of LENGTHS) {
      const alone = pattern(length, 7);
      const whole = hash(alone, 0, length);
      expect(whole >>> 0).toBe(whole);
      for (const offset of [1, 2, 3, 64]) {
        const buffer = pattern(offset + length + 9, 0xa5);
        buffer.set(alone, offset);
        expect(hash(buffer, offset, offset + length)).toBe(whole);
      }
    }
  });

  test("changes when any one byte of the key changes", () => {
    // crc32 keeps 15 bits, so that one change in 32768 may go unseen: the keys here have none such.
    for (const length of [1, 2, 3, 4, 5, 11, 12, 13, 24, 25]) {
      const key = pattern(length, 1);
      const before = hash(key, 0, length);
      for (let i = 0; i < length; i++) {
        key[i]! ^= 0x41;
        expect(hash(key, 0, length)).not.toBe(before);
        key[i]! ^= 0x41;
      }
    }
  });
});

/** Bytes of every value, without a period that a word size divides. */
function pattern(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (seed + i * 151 + (i >> 3) * 29) & 0xff);
}
