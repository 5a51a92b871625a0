/** What every scanner, of requests or replies, of any protocol, says after it looked at a chunk. */

/** The unit ended at `next`; its fields are valid until the next call. */
export const COMPLETE = 0;
/** The chunk ended first; call again with the bytes that follow. */
export const INCOMPLETE = 1;
/** The stream is malformed or over a limit and can't be trusted any more. */
export const BROKEN = 2;
/** Bytes up to `next` hold nothing to answer (an empty line, an empty array). */
export const NOTHING = 3;

/** One of the four statuses above. */
export type ScanStatus = typeof COMPLETE | typeof INCOMPLETE | typeof BROKEN | typeof NOTHING;
