import { int32At, int32Before } from "./little_endian.ts";

/** MurmurHash2's multiplier and shift. */
const M = 0x5bd1e995;
const R = 24;
/** nutcracker seeds with a product of the length, where MurmurHash2 takes a caller's number. */
const SEED_FACTOR = 0xdeadbeef;

/**
 * MurmurHash2 (32 bits) of `bytes[start, end)`, uint32, words read little-endian.
 *
 * Cost: two multiplications per four bytes; allocates nothing.
 * Source: https://github.com/aappleby/smhasher (MurmurHash2.cpp); the seed is nutcracker's.
 */
export function murmur(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  const tailStart = end - (length & 3);
  let hash = Math.imul(SEED_FACTOR, length) ^ length;
  for (let i = start; i < tailStart; i += 4) {
    let word = Math.imul(int32At(bytes, i), M);
    word = Math.imul(word ^ (word >>> R), M);
    hash = Math.imul(hash, M) ^ word;
  }
  if (tailStart < end) hash = Math.imul(hash ^ int32Before(bytes, tailStart, end), M);
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return (hash ^ (hash >>> 15)) >>> 0;
}
