/**
 * Hashes that another implementation also computes, compared with it over every length up to a few blocks.
 */
import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { HASHES, type HashFunction, type HashName } from "../../../src/hash/mod.ts";

const SEED = 0x5e9917;
const LENGTHS = Array.from({ length: 300 }, (_, length) => length);

const TWINS: Partial<Record<HashName, (key: Uint8Array) => number>> = {
  md5: (key) => createHash("md5").update(key).digest().readUInt32LE(0),
  crc32a: (key) => Bun.hash.crc32(key),
  crc32: (key) => (Bun.hash.crc32(key) >>> 16) & 0x7fff,
  murmur: (key) => Bun.hash.murmur32v2(key, Number(BigInt.asUintN(32, 0xdeadbeefn * BigInt(key.length)))),
  fnv1_64: (key) => fnv(key, 0xcbf29ce484222325n, 0x100000001b3n, 64, false),
  fnv1a_64: (key) => fnv(key, 0xcbf29ce484222325n, 0x100000001b3n, 64, true),
  fnv1_32: (key) => fnv(key, 0x811c9dc5n, 0x01000193n, 32, false),
  fnv1a_32: (key) => fnv(key, 0x811c9dc5n, 0x01000193n, 32, true),
};

describe.each(Object.keys(TWINS) as HashName[])("%s", (name) => {
  const hash: HashFunction = HASHES[name];
  const twin = TWINS[name]!;

  test(`equals its twin when keys of every length hold any bytes (seed ${SEED})`, () => {
    let state = SEED;
    for (const length of LENGTHS) {
      const key = new Uint8Array(length).map(() => (state = Math.imul(state, 1664525) + 1013904223) >>> 24);
      expect(hash(key, 0, length)).toBe(twin(key));
    }
  });
});

/** FNV by its definition, over wide integers, bytes as signed `char`. */
function fnv(key: Uint8Array, offset: bigint, prime: bigint, bits: number, xorFirst: boolean): number {
  let hash = offset;
  for (const byte of key) {
    const signed = BigInt.asUintN(bits, BigInt.asIntN(8, BigInt(byte)));
    hash = xorFirst ? (hash ^ signed) * prime : (hash * prime) ^ signed;
    hash = BigInt.asUintN(bits, hash);
  }
  return Number(BigInt.asUintN(32, hash));
}
