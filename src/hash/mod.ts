/**
 * The hashes a pool can place keys by, under the names nutcracker's configuration gives them. Each is the
 * same, bit for bit, as what nutcracker 0.5.0 computes on x86-64.
 */
import { crc16 } from "./crc16.ts";
import { crc32 } from "./crc32.ts";
import { crc32a } from "./crc32a.ts";
import { fnv1_32 } from "./fnv1_32.ts";
import { fnv1_64 } from "./fnv1_64.ts";
import { fnv1a_32 } from "./fnv1a_32.ts";
import { fnv1a_64 } from "./fnv1a_64.ts";
import { hsieh } from "./hsieh.ts";
import { jenkins } from "./jenkins.ts";
import { md5 } from "./md5.ts";
import { murmur } from "./murmur.ts";
import { one_at_a_time } from "./one_at_a_time.ts";

/** Hashes `bytes[start, end)` to a uint32; allocates nothing. */
export type HashFunction = (bytes: Uint8Array, start: number, end: number) => number;

/** Every hash by its name, in the order nutcracker lists them. */
export const HASHES = {
  one_at_a_time,
  md5,
  crc16,
  crc32,
  crc32a,
  fnv1_64,
  fnv1a_64,
  fnv1_32,
  fnv1a_32,
  hsieh,
  murmur,
  jenkins,
} as const satisfies Readonly<Record<string, HashFunction>>;

/** What a pool's `hash` may say. */
export type HashName = keyof typeof HASHES;
