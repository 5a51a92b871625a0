/**
 * The slot of a key in a Redis Cluster: CRC-16/XMODEM of the key, or of its hash tag, modulo 16,384.
 *
 * Source: the Redis Cluster specification, "Key distribution model" and "Hash tags".
 */
import { crc16Xmodem } from "../../hash/crc16_xmodem.ts";

/** Slots there are. */
export const SLOTS = 16_384;

const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * The slot of the key in `bytes[start, end)`. What stands between the first `{` and the first `}` behind it is hashed
 * alone, unless that is nothing.
 *
 * Cost: one pass over the key; allocates nothing.
 */
export function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let open = start;
  while (open < end && bytes[open] !== OPEN) open++;
  if (open < end) {
    let close = open + 1;
    while (close < end && bytes[close] !== CLOSE) close++;
    if (close < end && close > open + 1) return crc16Xmodem(bytes, open + 1, close) & (SLOTS - 1);
  }
  return crc16Xmodem(bytes, start, end) & (SLOTS - 1);
}

/** What of a key is hashed, as `[start, end)`. */
export function hashedPart(bytes: Uint8Array, start: number, end: number): [start: number, end: number] {
  const open = bytes.subarray(start, end).indexOf(OPEN);
  const close = open < 0 ? -1 : bytes.subarray(start, end).indexOf(CLOSE, open + 1);
  return close <= open + 1 ? [start, end] : [start + open + 1, start + close];
}
