/**
 * Staging buffers for outboxes. An outbox needs one only between the first byte of a turn and the write at its
 * end, so a few buffers serve thousands of connections.
 */

/** What most connections write in a turn. */
export const SMALL_BUFFER = 4 * 1024;
/** What busy lanes write in a turn; also the most that is copied together for one write. */
export const LARGE_BUFFER = 64 * 1024;

const KEPT_SMALL = 1024;
const KEPT_LARGE = 64;

const small: Buffer[] = [];
const large: Buffer[] = [];

/** A buffer of `SMALL_BUFFER` or `LARGE_BUFFER` bytes with anything in it. */
export function takeBuffer(wantLarge: boolean): Buffer {
  if (wantLarge) return large.pop() ?? Buffer.allocUnsafeSlow(LARGE_BUFFER);
  return small.pop() ?? Buffer.allocUnsafeSlow(SMALL_BUFFER);
}

/** Gives a buffer back; nobody may use it any more. */
export function giveBuffer(buffer: Buffer): void {
  if (buffer.length === LARGE_BUFFER) {
    if (large.length < KEPT_LARGE) large.push(buffer);
  } else if (small.length < KEPT_SMALL) {
    small.push(buffer);
  }
}
