import { FNV_32_OFFSET, FNV_32_PRIME } from "./fnv_parameters.ts";
import { signedChar } from "./signed_char.ts";

/**
 * FNV-1, 32 bits, of `bytes[start, end)`, uint32.
 *
 * Cost: one multiplication per byte; allocates nothing.
 * Source: http://www.isthe.com/chongo/tech/comp/fnv/; bytes read as nutcracker on x86-64 reads them.
 */
export function fnv1_32(bytes: Uint8Array, start: number, end: number): number {
  let hash = FNV_32_OFFSET | 0;
  for (let i = start; i < end; i++) {
    hash = Math.imul(hash, FNV_32_PRIME) ^ signedChar(bytes[i]!);
  }
  return hash >>> 0;
}
