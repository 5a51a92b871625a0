/**
 * Numbers as words of a command line. What passes here passes in memcached too, in any version: a server that
 * refused the line of a storage command would read its data block as commands.
 */
import { MINUS, NINE, PLUS, ZERO } from "./bytes.ts";

/** What is not such a number. */
export const NO_NUMBER = -1;
const MOST_DIGITS = 15;
const LARGEST_UINT64 = Buffer.from("18446744073709551615");

/** The value of `bytes[start, end)`, a whole number from 0 to `largest`, or `NO_NUMBER`. */
export function wholeNumber(bytes: Uint8Array, start: number, end: number, largest: number): number {
  const from = bytes[start] === PLUS ? start + 1 : start;
  if (end === from || end - from > MOST_DIGITS) return NO_NUMBER;
  let value = 0;
  for (let p = from; p < end; p++) {
    const byte = bytes[p]!;
    if (byte < ZERO || byte > NINE) return NO_NUMBER;
    value = value * 10 + byte - ZERO;
  }
  return value <= largest ? value : NO_NUMBER;
}

/** Whether `bytes[start, end)` is a whole number of 32 bits, with or without sign. */
export function isInt32(bytes: Uint8Array, start: number, end: number): boolean {
  const from = bytes[start] === MINUS ? start + 1 : start;
  if (from > start && bytes[from] === PLUS) return false;
  return wholeNumber(bytes, from, end, 0x7fffffff) !== NO_NUMBER;
}

/** Whether `bytes[start, end)` is a whole number of 64 bits without sign. */
export function isUint64(bytes: Uint8Array, start: number, end: number): boolean {
  let from = bytes[start] === PLUS ? start + 1 : start;
  if (end === from) return false;
  for (let p = from; p < end; p++) {
    if (bytes[p]! < ZERO || bytes[p]! > NINE) return false;
  }
  while (from < end - 1 && bytes[from] === ZERO) from++;
  const digits = end - from;
  if (digits !== LARGEST_UINT64.length) return digits < LARGEST_UINT64.length;
  return LARGEST_UINT64.compare(bytes, from, end) >= 0;
}
