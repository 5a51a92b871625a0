import { md5Digest } from "./md5_digest.ts";

const digest = new Int32Array(4);

/**
 * The first four bytes of the MD5 of `bytes[start, end)`, little-endian, uint32.
 *
 * Cost: about 64 steps per 64 bytes; allocates nothing.
 */
export function md5(bytes: Uint8Array, start: number, end: number): number {
  md5Digest(bytes, start, end, digest);
  return digest[0]! >>> 0;
}
