/** The bytes of the memcached text protocol by name. */

export const LF = 10;
export const CR = 13;
export const SPACE = 32;
export const PLUS = 43;
export const MINUS = 45;
export const ZERO = 48;
export const NINE = 57;
export const DELETE = 127;
/** First byte of every request of the binary protocol. */
export const BINARY = 0x80;

export const UPPER_L = 76;
export const UPPER_V = 86;
