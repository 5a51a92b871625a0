/** The places of members and fields: 32-bit hashes, in whose order they are kept. */

/** One more than the last place. */
export const PLACES = 2 ** 32;

/** The place of a member. The seed is a store's own, so that nobody can choose members that share a place. */
export function placeOf(member: Uint8Array, seed: number): number {
  return Bun.hash.xxHash32(member as Uint8Array<ArrayBuffer>, seed);
}
