import { FNV_64_OFFSET_LOW, FNV_64_PRIME_LOW } from "./fnv_parameters.ts";
import { signedChar } from "./signed_char.ts";

/**
 * The low half of FNV-1a, 64 bits, of `bytes[start, end)`, uint32.
 *
 * Cost: one multiplication per byte; allocates nothing.
 * Source: http://www.isthe.com/chongo/tech/comp/fnv/; cut to 32 bits as nutcracker does.
 */
export function fnv1a_64(bytes: Uint8Array, start: number, end: number): number {
  let hash = FNV_64_OFFSET_LOW | 0;
  for (let i = start; i < end; i++) {
    hash = Math.imul(hash ^ signedChar(bytes[i]!), FNV_64_PRIME_LOW);
  }
  return hash >>> 0;
}
