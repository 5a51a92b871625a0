/** The versions of the Redis protocol (RESP). */

/** What a connection speaks: 2 until HELLO 3. */
export type RespVersion = 2 | 3;
