import { crc32a } from "./crc32a.ts";

/**
 * libmemcached's crc32 of `bytes[start, end)`: 15 bits out of the upper half of the CRC-32, so 0 to 32767.
 *
 * Cost: one table load per byte; allocates nothing.
 */
export function crc32(bytes: Uint8Array, start: number, end: number): number {
  return (crc32a(bytes, start, end) >>> 16) & 0x7fff;
}
