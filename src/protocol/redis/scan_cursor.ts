/**
 * Cursors of SCAN over several servers: where on which server, in one number.
 *
 *     cursor = the server's own cursor x 1024 + the server's number (1 to 1023)
 *
 * Clients read a cursor as a number, so it stays below 2^53. A server's own stay below the size of its hash table,
 * which leaves room for 2^43 keys per server. The cursor 0 begins, and in a reply it ends.
 */

/** Numbers of servers are smaller. */
const NUMBERS = 1024;
/** The largest cursor of a server that can be passed on. */
const LARGEST_POSITION = 2 ** 43 - 1;
/** As a server reads them: digits, and no more of them than 2^64 has. */
const DIGITS = /^\d{1,20}$/;

/** A place in a pool. */
export interface ScanPlace {
  /** The server's number; 0 at the very beginning. */
  readonly server: number;
  /** The server's own cursor; 0 where it begins. */
  readonly position: number;
}

/** The place a client's cursor names; null when it is none that was ever given. */
export function readCursor(text: string): ScanPlace | null {
  const cursor = DIGITS.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(cursor)) return null;
  const place = { server: cursor % NUMBERS, position: Math.floor(cursor / NUMBERS) };
  return place.server === 0 && place.position > 0 ? null : place;
}

/** A server's own cursor as it says it; null when it doesn't fit. */
export function readPosition(text: string): number | null {
  const position = DIGITS.test(text) ? Number(text) : NaN;
  return position <= LARGEST_POSITION ? position : null;
}

/** The cursor for a place. */
export function writeCursor({ server, position }: ScanPlace): string {
  return String(position * NUMBERS + server);
}
