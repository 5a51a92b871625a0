/** When a session closes by itself. */

/** It doesn't. */
export const STAYS = 0;
/** At its first quiet moment: with nothing asked and nothing half sent. */
export const LEAVES = 1;
/** When what was asked is answered; what still comes is not read. */
export const ENDS = 2;

/** The reason with which a session is closed by force, after the true one was reported. */
export const CUT = "cut";
