/** Why a session doesn't read on. */

/** It does. */
export const FLOWING = 0;
export const CLIENT_SLOW = 1;
export const REPLIES_DUE = 2;
export const SERVER_SLOW = 3;
export const NO_MEMORY = 4;
export const ENDING = 5;
/** A request of its waits: for the end of a pause, or at a server for what other clients do. */
export const HELD = 6;
/** A request has to wait until everything before it is answered. */
export const QUIET = 7;
