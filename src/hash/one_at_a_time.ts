import { signedChar } from "./signed_char.ts";

/**
 * Bob Jenkins' one-at-a-time hash of `bytes[start, end)`, uint32.
 *
 * Cost: two shifts per byte; allocates nothing.
 * Source: http://burtleburtle.net/bob/hash/doobs.html; bytes read as nutcracker on x86-64 reads them.
 */
export function one_at_a_time(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0;
  for (let i = start; i < end; i++) {
    hash = (hash + signedChar(bytes[i]!)) | 0;
    hash = (hash + (hash << 10)) | 0;
    hash ^= hash >>> 6;
  }
  hash = (hash + (hash << 3)) | 0;
  hash ^= hash >>> 11;
  return (hash + (hash << 15)) >>> 0;
}
