import { describe, expect, test } from "bun:test";
import { ReplyScanner } from "../../../../src/protocol/memcached/reply_scanner.ts";
import { everyCut } from "../../../support/cuts.ts";
import { scanReplies } from "../redis/scan_replies.ts";

/** Whole replies; each case is a stream of all it lists. */
const REPLIES: readonly [name: string, ...replies: string[]][] = [
  [
    "lines",
    "STORED\r\n",
    "NOT_STORED\r\n",
    "DELETED\r\n",
    "NOT_FOUND\r\n",
    "TOUCHED\r\n",
    "EXISTS\r\n",
    "OK\r\n",
  ],
  ["numbers", "0\r\n", "18446744073709551615\r\n", "5   \r\n"],
  [
    "errors",
    "ERROR\r\n",
    "CLIENT_ERROR bad\r\n",
    "SERVER_ERROR out of memory storing object\r\n",
    "ERROR Too many open connections\r\n",
  ],
  ["versions", "VERSION 1.6.18\r\n", "RESET\r\n"],
  ["a miss", "END\r\n", "END\r\n"],
  ["a value", "VALUE k 0 5\r\nhello\r\nEND\r\n", "STORED\r\n"],
  ["values", "VALUE a 0 0\r\n\r\nVALUE bb 4294967295 3 77\r\nEND\r\nEND\r\n", "END\r\n"],
  ["a value of replies", "VALUE k 0 12\r\nEND\r\nSTORED\n\r\nEND\r\n"],
  [
    "an error behind a value",
    "VALUE k 0 1\r\na\r\nSERVER_ERROR out of memory writing get response\r\n",
    "END\r\n",
  ],
  ["statistics", "STAT a 1\r\nSTAT b END\r\nEND\r\n", "STAT x y z\r\nEND\r\n", "END\r\n"],
  [
    "meta lines",
    "HD\r\n",
    "HD s5 O1\r\n",
    "EN\r\n",
    "NF\r\n",
    "NS\r\n",
    "EX\r\n",
    "MN\r\n",
    "ME k exp=-1\r\n",
  ],
  ["meta values", "VA 2\r\nab\r\n", "VA 0 t-1\r\n\r\n", "VA 5 kVA f0\r\nEND\r\n\r\n", "HD\r\n"],
];

const BROKEN: readonly [name: string, bytes: string][] = [
  ["an empty line", "\r\n"],
  ["a line without CR", "STORED\n"],
  ["lower case", "stored\r\n"],
  ["RESP", "+OK\r\n"],
  ["HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n"],
  ["a word memcached doesn't have", "GARBAGE\r\n"],
  ["a beginning of one it has", "STORE\r\n"],
  ["one it has and more", "STOREDX\r\n"],
  ["a number with letters", "12x\r\n"],
  ["a value without length", "VALUE k 0\r\n"],
  ["a value with a wrong length", "VALUE k 0 2\r\na\r\nEND\r\n"],
  ["a value with a longer one", "VALUE k 0 1\r\nab\r\nEND\r\n"],
  ["a length that is no number", "VALUE k 0 1x\r\n"],
  ["a length of too many digits", "VALUE k 0 12345678901\r\n"],
  ["a meta value without length", "VA x\r\n"],
  ["a meta value closed by LF alone", "VA 1\r\na\n\n"],
  ["a line without end", "S".repeat(8193)],
];

describe("ReplyScanner finds", () => {
  for (const [name, ...replies] of REPLIES) {
    test(name, () => {
      for (const { name: arrival, pieces } of everyCut(Buffer.from(replies.join("")))) {
        const found = scanReplies(pieces, new ReplyScanner());
        expect({ arrival, ...found }).toEqual({ arrival, replies, rest: "", broken: false });
      }
    });
  }
});

describe("ReplyScanner distrusts", () => {
  for (const [name, bytes] of BROKEN) {
    test(name, () => {
      // Byte by byte through a long line is enough of that.
      const arrivals = [...everyCut(Buffer.from(bytes))].slice(0, 40);
      for (const { name: arrival, pieces } of arrivals) {
        const { broken, replies } = scanReplies(pieces, new ReplyScanner());
        expect({ arrival, broken, replies }).toEqual({ arrival, broken: true, replies: [] });
      }
    });
  }
});

test("ReplyScanner announces what is missing of a block, and forgets all at reset", () => {
  const scanner = new ReplyScanner();
  const bytes = Buffer.from("VALUE k 0 100\r\nabc");
  scanner.scan(bytes, 0, bytes.length);
  expect(scanner.announced).toBe(99);
  scanner.reset();
  expect(scanner.announced).toBe(0);
  const cut = Buffer.from("STO");
  scanner.scan(cut, 0, cut.length);
  scanner.reset();
  expect(scanReplies(everyCut(Buffer.from("END\r\n")).next().value!.pieces, scanner).replies).toEqual([
    "END\r\n",
  ]);
});
