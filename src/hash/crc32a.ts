import { reflectedCrcTable } from "./crc_table.ts";

/** The polynomial of IEEE 802.3, bits reversed. */
const STEPS = reflectedCrcTable(0xedb88320);

/**
 * The plain CRC-32 (IEEE 802.3, as in zip and zlib) of `bytes[start, end)`, uint32.
 *
 * Cost: one table load per byte; allocates nothing.
 */
export function crc32a(bytes: Uint8Array, start: number, end: number): number {
  let register = -1;
  for (let i = start; i < end; i++) {
    register = (register >>> 8) ^ STEPS[(register ^ bytes[i]!) & 0xff]!;
  }
  return ~register >>> 0;
}
