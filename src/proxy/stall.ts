/** Why a session doesn't read on. */

/** It does. */
export const FLOWING = 0;
export const CLIENT_SLOW = 1;
export const REPLIES_DUE = 2;
export const SERVER_SLOW = 3;
export const NO_MEMORY = 4;
export const ENDING = 5;
/** Clients are paused, and a request of its waits for that to end. */
export const HELD = 6;
