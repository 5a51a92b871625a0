/** Decodes keys that are written in base64, without making strings of them. */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const PADDING = 61;
const NO_DIGIT = 64;

const VALUES = new Uint8Array(256).fill(NO_DIGIT);
for (let i = 0; i < ALPHABET.length; i++) VALUES[ALPHABET.charCodeAt(i)] = i;

/** Decodes `bytes[start, end)` into `into`. Answers how many bytes it makes, or -1 when it is no base64. */
export function decodeBase64(bytes: Uint8Array, start: number, end: number, into: Uint8Array): number {
  if (end === start || (end - start) % 4 !== 0) return -1;
  let digitsEnd = end;
  while (digitsEnd > end - 2 && bytes[digitsEnd - 1] === PADDING) digitsEnd--;
  let size = 0;
  let bits = 0;
  let held = 0;
  for (let p = start; p < digitsEnd; p++) {
    const value = VALUES[bytes[p]!]!;
    if (value === NO_DIGIT) return -1;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    into[size++] = held >> bits;
  }
  return size;
}
