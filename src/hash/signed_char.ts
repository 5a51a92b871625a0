/**
 * What C reads a byte as on x86-64, where `char` is signed: 0x80 to 0xff are -128 to -1.
 *
 * Five of nutcracker's hashes, and the tail of a sixth, read keys as `char`, so a byte from 0x80 up flips
 * their upper bits. An ARM build of nutcracker, where `char` is unsigned, places such keys elsewhere; x86-64
 * is the one followed here.
 */
export function signedChar(byte: number): number {
  return (byte << 24) >> 24;
}
