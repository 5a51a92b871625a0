/** The four bytes from `at` as one int32, least significant first. The caller knows that they are there. */
export function int32At(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/**
 * The zero to four bytes of `bytes[at, end)` as one int32, least significant first, with zeros for the
 * missing.
 */
export function int32Before(bytes: Uint8Array, at: number, end: number): number {
  let word = 0;
  const stop = end - at < 4 ? end : at + 4;
  for (let i = at, shift = 0; i < stop; i++, shift += 8) word |= bytes[i]! << shift;
  return word;
}
