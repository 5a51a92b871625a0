import { crc16Table } from "./crc_table.ts";

/** x^16 + x^12 + x^5 + 1. */
const STEPS = crc16Table(0x1021);

/**
 * nutcracker's crc16 of `bytes[start, end)`, uint32: the low half is CRC-16/XMODEM, and above it stand the
 * bits that left the register, because nutcracker never cuts them off.
 *
 * Cost: one table load per byte; allocates nothing.
 */
export function crc16(bytes: Uint8Array, start: number, end: number): number {
  let register = 0;
  for (let i = start; i < end; i++) {
    register = (register << 8) ^ STEPS[((register >>> 8) ^ bytes[i]!) & 0xff]!;
  }
  return register >>> 0;
}
