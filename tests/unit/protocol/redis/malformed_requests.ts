/**
 * What no client should send, and what Redis says to it. The texts were taken from the source of Redis 7 and are
 * compared with the redis-server that is installed (tests/conformance/redis_protocol_errors_test.ts).
 */

/** What is sent and how it is refused, without the words "Protocol error: ". */
export interface Malformed {
  readonly sent: string;
  readonly fault: string;
}

const BAD_COUNT = "invalid multibulk length";
const BAD_LENGTH = "invalid bulk length";
const BAD_QUOTES = "unbalanced quotes in request";

// deno-fmt-ignore
const NO_COUNTS = ["", "-", "x", "1x", "+1", "01", "-0", "-01", "00", "--1", "1-", " 1", "1 ", "1.0", "1e1", "99999999999"];
// deno-fmt-ignore
const NO_LENGTHS = ["", "-", "x", "4x", "+4", "04", "-0", "-1", " 4", "4 ", "4.0", "9999999999", "99999999999", "536870913"];
const NO_WORDS = ['"a', "'a", 'a"', '"a"b', "'a'b", '"a""b"', '"a\\"', "'a\\'", '"', "\"a'", '"\\x4"x'];

/** One kind of malformed request each, by name. */
export const MALFORMED: Readonly<Record<string, readonly Malformed[]>> = {
  count: NO_COUNTS.map((count) => ({ sent: `*${count}\r\n`, fault: BAD_COUNT })),
  length: NO_LENGTHS.map((length) => ({ sent: `*1\r\n$${length}\r\nPING\r\n`, fault: BAD_LENGTH })),
  "line end": [
    { sent: "*1\n$4\r\nPING\r\n", fault: BAD_COUNT },
    { sent: "*1\r\n$4\nPING\r\n", fault: BAD_LENGTH },
  ],
  mark: [
    { sent: "*1\r\n:4\r\n", fault: "expected '$', got ':'" },
    { sent: "*1\r\nPING\r\n", fault: "expected '$', got 'P'" },
    { sent: "*1\r\n*1\r\n", fault: "expected '$', got '*'" },
    { sent: "*2\r\n$3\r\nGET\r\nk\r\n", fault: "expected '$', got 'k'" },
  ],
  quotes: NO_WORDS.map((words) => ({ sent: `SET ${words}\r\n`, fault: BAD_QUOTES })),
};

/** What is refused only to a client that has not authenticated. */
export const MALFORMED_FOR_STRANGERS: readonly Malformed[] = [
  { sent: "*11\r\n", fault: "unauthenticated multibulk length" },
  { sent: "*2\r\n$16385\r\n", fault: "unauthenticated bulk length" },
];
