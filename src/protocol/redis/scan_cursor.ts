/**
 * Cursors of SCAN over several servers: where on which server, in one number.
 *
 *     cursor = (the server's own cursor x stamps + stamp) x 1024 + the server's number (1 to 1023)
 *
 * Clients read a cursor as a number, so it stays below 2^53. A server's own stay below the size of its hash table,
 * which leaves room for 2^43 keys per server where there is one stamp, and for 2^35 where there are 256. The cursor 0
 * begins, and in a reply it ends.
 */

/** Numbers of servers are smaller. */
const NUMBERS = 1024;
/** Cursors of servers, times stamps, that can be passed on. */
const POSITIONS = 2 ** 43;
/** As a server reads them: digits, and no more of them than 2^64 has. */
const DIGITS = /^\d{1,20}$/;

/** A place in a pool. */
export interface ScanPlace {
  /** The server's number; 0 at the very beginning. */
  readonly server: number;
  /** The server's own cursor; 0 where it begins. */
  readonly position: number;
  /** What else there is to know, below the number of stamps. */
  readonly stamp: number;
}

/** The place a client's cursor names, where there are so many stamps; null when it is none that was ever given. */
export function readCursor(text: string, stamps: number): ScanPlace | null {
  const cursor = DIGITS.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(cursor)) return null;
  const rest = Math.floor(cursor / NUMBERS);
  const place = { server: cursor % NUMBERS, position: Math.floor(rest / stamps), stamp: rest % stamps };
  // Where there is one stamp, nothing but the beginning is on no server.
  return place.server === 0 && place.position > 0 && stamps === 1 ? null : place;
}

/** A server's own cursor as it says it; null when it doesn't fit. */
export function readPosition(text: string, stamps: number): number | null {
  const position = DIGITS.test(text) ? Number(text) : NaN;
  return position < POSITIONS / stamps ? position : null;
}

/** The cursor for a place. */
export function writeCursor({ server, position, stamp }: ScanPlace, stamps: number): string {
  return String((position * stamps + stamp) * NUMBERS + server);
}
