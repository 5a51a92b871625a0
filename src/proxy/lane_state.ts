/** Where a lane is between no connection and a working one. */

/** Nobody asked for a connection, or none may be made yet. */
export const IDLE = 0;
export const CONNECTING = 1;
/** Connected; the server's answers to our greeting are awaited. */
export const GREETING = 2;
export const READY = 3;
/** The last attempt failed; until the next one requests fail at once. */
export const DOWN = 4;
