/**
 * Offset basis and prime of the FNV hashes.
 *
 * The 64-bit ones stand here as their low halves: a product's low 32 bits depend on nothing above them, and
 * nutcracker keeps only those.
 */

export const FNV_32_OFFSET = 0x811c9dc5;
export const FNV_32_PRIME = 0x01000193;
export const FNV_64_OFFSET_LOW = 0x84222325;
export const FNV_64_PRIME_LOW = 0x000001b3;
