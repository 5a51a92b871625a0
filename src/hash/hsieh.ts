import { signedChar } from "./signed_char.ts";

/**
 * Paul Hsieh's SuperFastHash of `bytes[start, end)`, uint32, started at 0 as nutcracker does.
 *
 * Only the last byte of a tail of three is read as a signed `char`: that is how the original was written, and
 * how nutcracker on x86-64 compiles it.
 *
 * Cost: about one shift per byte; allocates nothing.
 * Source: http://www.azillionmonkeys.com/qed/hash.html
 */
export function hsieh(bytes: Uint8Array, start: number, end: number): number {
  const tail = (end - start) & 3;
  const tailStart = end - tail;
  let hash = 0;
  for (let i = start; i < tailStart; i += 4) {
    hash = (hash + half(bytes, i)) | 0;
    hash = (hash << 16) ^ (half(bytes, i + 2) << 11) ^ hash;
    hash = (hash + (hash >>> 11)) | 0;
  }
  if (tail === 3) {
    hash = (hash + half(bytes, tailStart)) | 0;
    hash ^= hash << 16;
    hash ^= signedChar(bytes[tailStart + 2]!) << 18;
    hash = (hash + (hash >>> 11)) | 0;
  } else if (tail === 2) {
    hash = (hash + half(bytes, tailStart)) | 0;
    hash ^= hash << 11;
    hash = (hash + (hash >>> 17)) | 0;
  } else if (tail === 1) {
    hash = (hash + bytes[tailStart]!) | 0;
    hash ^= hash << 10;
    hash = (hash + (hash >>> 1)) | 0;
  }
  return avalanche(hash) >>> 0;
}

/** Lets the last bytes reach every bit. */
function avalanche(hash: number): number {
  hash ^= hash << 3;
  hash = (hash + (hash >>> 5)) | 0;
  hash ^= hash << 4;
  hash = (hash + (hash >>> 17)) | 0;
  hash ^= hash << 25;
  return (hash + (hash >>> 6)) | 0;
}

/** Two bytes, little-endian. */
function half(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8);
}
