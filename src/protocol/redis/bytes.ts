/** The bytes of the Redis protocol (RESP) by name. */

export const TAB = 9;
export const CR = 13;
export const LF = 10;
export const SPACE = 32;
export const QUOTE = 34;
export const APOSTROPHE = 39;
export const MINUS = 45;
export const ZERO = 48;
export const NINE = 57;
export const BACKSLASH = 92;

/** `+`: simple string. */
export const SIMPLE = 43;
/** `-`: error. */
export const ERROR = 45;
/** `:`: integer. */
export const INTEGER = 58;
/** `$`: bulk string. */
export const BULK = 36;
/** `*`: array. */
export const ARRAY = 42;
/** `_`: RESP3 null. */
export const NULL = 95;
/** `#`: RESP3 boolean. */
export const BOOLEAN = 35;
/** `,`: RESP3 double. */
export const DOUBLE = 44;
/** `(`: RESP3 big number. */
export const BIG_NUMBER = 40;
/** `!`: RESP3 bulk error. */
export const BULK_ERROR = 33;
/** `=`: RESP3 verbatim string. */
export const VERBATIM = 61;
/** `%`: RESP3 map. */
export const MAP = 37;
/** `~`: RESP3 set. */
export const SET = 126;
/** `>`: RESP3 push. */
export const PUSH = 62;
/** `|`: RESP3 attribute. */
export const ATTRIBUTE = 124;
/** `?`: in place of a length, a string that comes in parts or an aggregate whose end is marked. */
export const STREAMED = 63;
/** `;`: a part of a streamed string. */
export const PART = 59;
/** `.`: the end of a streamed aggregate. */
export const END = 46;
