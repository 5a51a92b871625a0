/** The quick way through replies that are whole in a chunk, as nearly all are; the rest is for `ReplyScanner`. */
import { ARRAY, BULK, CR, ERROR, INTEGER, LF, MINUS, NINE, SIMPLE, ZERO } from "./bytes.ts";

/**
 * The end of a reply that is one value, or an array of such, and whole in the chunk; else 0. Nearly all replies are,
 * and these loops keep nothing in fields.
 */
export function endOfWhole(chunk: Uint8Array, pos: number, end: number): number {
  if (chunk[pos] !== ARRAY) return endOfValue(chunk, pos, end);
  let p = pos + 1;
  let count = 0;
  let byte = 0;
  while (p < end && (byte = chunk[p]!) >= ZERO && byte <= NINE) {
    count = count * 10 + byte - ZERO;
    p++;
  }
  if (byte !== CR || p - pos < 2 || p - pos > 8 || p + 1 >= end || chunk[p + 1] !== LF) return 0;
  p += 2;
  for (; count > 0; count--) {
    p = endOfValue(chunk, p, end);
    if (p === 0) return 0;
  }
  return p;
}

/** The end of a value that is one line or one bulk string and whole in the chunk, else 0. */
export function endOfValue(chunk: Uint8Array, pos: number, end: number): number {
  if (pos >= end) return 0;
  const type = chunk[pos];
  let p = pos + 1;
  if (type === BULK) {
    let length = 0;
    let byte = 0;
    while (p < end && (byte = chunk[p]!) >= ZERO && byte <= NINE) {
      length = length * 10 + byte - ZERO;
      p++;
    }
    if (byte === MINUS && p === pos + 1) return endOfNull(chunk, p, end);
    if (byte !== CR || p - pos < 2 || p - pos > 10 || p + 1 >= end || chunk[p + 1] !== LF) return 0;
    p += length + 4;
    return p <= end && chunk[p - 1] === LF && chunk[p - 2] === CR ? p : 0;
  }
  if (type !== SIMPLE && type !== INTEGER && type !== ERROR) return 0;
  for (; p < end; p++) {
    if (chunk[p] === LF && chunk[p - 1] === CR) return p + 1;
  }
  return 0;
}

/** The end of a length line that says -1, from the minus sign on; 0 when it isn't whole, or says something else. */
function endOfNull(chunk: Uint8Array, p: number, end: number): number {
  const isNull = p + 4 <= end && chunk[p + 1] === ZERO + 1 && chunk[p + 2] === CR && chunk[p + 3] === LF;
  return isNull ? p + 4 : 0;
}
