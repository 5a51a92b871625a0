/**
 * Scores as eight bytes whose order is that of the numbers, so that the index of any database has them in their order,
 * infinities included, which not every database knows.
 */

const SIGN = 0x80;
const ALL = 0xff;

/** The bytes of a score; 0 and -0 are the same. */
export function scoreKey(score: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeDoubleBE(score === 0 ? 0 : score);
  if (bytes[0]! & SIGN) { for (let i = 0; i < 8; i++) bytes[i]! ^= ALL; }
  else bytes[0]! |= SIGN;
  return bytes;
}

/** The score that the bytes are of. */
export function scoreOf(key: Buffer): number {
  const bytes = Buffer.from(key);
  if (bytes[0]! & SIGN) bytes[0]! &= ~SIGN;
  else for (let i = 0; i < 8; i++) bytes[i]! ^= ALL;
  return bytes.readDoubleBE(0);
}
