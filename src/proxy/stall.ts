/** Why a session doesn't read on. */

/** It does. */
export const FLOWING = 0;
export const CLIENT_SLOW = 1;
export const REPLIES_DUE = 2;
export const SERVER_SLOW = 3;
export const NO_MEMORY = 4;
/** A request of its waits: for the end of a pause, or at a server for what other clients do. */
export const HELD = 5;
/** A request has to wait until everything before it is answered. */
export const QUIET = 6;
/** A request that changes what becomes of later ones has to be answered first. From here on nothing else wakes it. */
export const ALONE = 7;
export const ENDING = 8;
