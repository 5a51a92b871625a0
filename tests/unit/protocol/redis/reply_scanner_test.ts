/** Replies of every type, in every way they can arrive. */
import { describe, expect, test } from "bun:test";
import { ReplyScanner } from "../../../../src/protocol/redis/reply_scanner.ts";
import { BROKEN as IS_BROKEN, INCOMPLETE } from "../../../../src/protocol/scan_status.ts";
import { everyCut } from "../../../support/cuts.ts";
import {
  array,
  bulk,
  error,
  integer,
  map,
  nullArray,
  nullBulk,
  scalar,
  simple,
} from "../../../support/resp_encoder.ts";
import { scanReplies } from "./scan_replies.ts";

const OK = simple("OK");
const NULL = scalar("_");

const WHOLE: readonly (readonly [string, Buffer])[] = [
  ["a simple string", OK],
  ["an empty simple string", simple("")],
  ["a simple string with CR and LF in it", simple("a\rb\nc\r")],
  ["an error", error("ERR it's broken")],
  ["an integer", integer(-12345678901)],
  ["a bulk string", bulk("hello")],
  ["an empty bulk string", bulk("")],
  ["a bulk string with line ends in it", bulk("\r\n+OK\r\n")],
  ["a bulk string of two digits", bulk("0123456789ab")],
  ["a null bulk string", nullBulk()],
  ["an array", array([bulk("a"), integer(1), nullBulk()])],
  ["an empty array", array([])],
  ["a null array", nullArray()],
  ["nested arrays", array([array([bulk("a"), array([])]), array([array([array([OK])])]), nullArray()])],
  ["a RESP3 null", NULL],
  ["booleans", array([scalar("#", "t"), scalar("#", "f")])],
  ["doubles", array([scalar(",", "1.5"), scalar(",", "inf"), scalar(",", "nan")])],
  ["a big number", scalar("(", "-3492890328409238509324850943850943825024385")],
  ["a bulk error", bulk("ERR it's\r\nbroken", "!")],
  ["a verbatim string", bulk("txt:some\r\ntext", "=")],
  ["a map", map([[bulk("k"), integer(1)], [simple("l"), array([OK])]])],
  ["an empty map", map([])],
  ["a set", array([bulk("a"), bulk("b")], "~")],
  ["an empty set", array([], "~")],
  ["an attribute before its reply", Buffer.concat([map([[bulk("ttl"), integer(5)]], "|"), bulk("v")])],
  ["an empty attribute", Buffer.concat([map([], "|"), OK])],
  ["an attribute inside an array", array([Buffer.concat([map([[OK, OK]], "|"), integer(1)]), integer(2)])],
  ["a string in parts", Buffer.from("$?\r\n;4\r\nHell\r\n;1\r\no\r\n;0\r\n")],
  ["a string in no parts", array([Buffer.from("$?\r\n;0\r\n"), integer(1)])],
  ["a streamed array", Buffer.from("*?\r\n:1\r\n*2\r\n$1\r\na\r\n$-1\r\n.\r\n")],
  ["an empty streamed set in an array", array([Buffer.from("~?\r\n.\r\n"), integer(1)])],
  ["streamed maps in each other", Buffer.from("%?\r\n+a\r\n%?\r\n+b\r\n$?\r\n;1\r\nc\r\n;0\r\n.\r\n.\r\n")],
  [
    "an attribute of an attribute",
    Buffer.concat([map([[OK, OK]], "|"), map([[OK, NULL]], "|"), array([OK])]),
  ],
];

test.each(WHOLE)("ReplyScanner finds the end of %s", (_, reply) => {
  const replies = [reply, OK, reply].map((each) => each.toString("latin1"));
  for (const { name, pieces } of everyCut(Buffer.concat([reply, OK, reply]))) {
    expect({ name, ...scanReplies(pieces) }).toEqual({ name, replies, rest: "", broken: false });
  }
});

test.each(WHOLE)("ReplyScanner takes no part for the whole of %s", (_, reply) => {
  for (let length = 1; length < reply.length; length++) {
    const found = scanReplies([{ bytes: reply, start: 0, end: length }]);
    expect({ length, replies: found.replies, broken: found.broken }).toEqual({
      length,
      replies: [],
      broken: false,
    });
  }
});

describe("ReplyScanner finds the end of replies that are very", () => {
  test("deep", () => {
    const depth = 20_000;
    const reply = Buffer.from("*1\r\n".repeat(depth) + ":1\r\n");
    expect(scanReplies([{ bytes: reply, start: 0, end: reply.length }]).replies).toHaveLength(1);
  });

  test("long", () => {
    const reply = Buffer.from(`*2000000\r\n${":1\r\n".repeat(2_000_000)}`);
    expect(scanReplies([{ bytes: reply, start: 0, end: reply.length }]).replies).toHaveLength(1);
  });
});

// deno-fmt-ignore
const BROKEN = [
  "OK\r\n", "\r\n", "HTTP/1.1 200 OK\r\n", "\0", "?", "END\r\n",
  "$\r\n", "$-\r\n", "$-2\r\n", "$--1\r\n", "$-0\r\n", "$1-\r\n", "$x\r\n", "$+1\r\n", "$ 1\r\n", "$1x\r\n",
  "$1\n1\r\n", "$1\rx1\r\n", "$99999999999999\r\n",
  "*\r\n", "*-2\r\n", "*1x\r\n", "*99999999999999\r\n",
  "$1\r\nabc", "$1\r\na\rb", "$1\r\nab\n", "$0\r\n+OK\r\n", "$3\r\nhello world\r\n", "!1\r\nabc", "=5\r\ntxt:abc",
  "$?x", "$?\r\r", "$?\r\n+OK\r\n", "$?\r\n;-1\r\n", "$?\r\n;?\r\n", "$?\r\n;1\r\nab\r\n", "$1?", "$?1",
  "*?\r\n.x", "*?\r\n*1\r\n.\r\n", "*?\r\n;1\r\na\r\n", "|?", ">?", "!?", "=?", ";1\r\na\r\n", ".\r\n",
  "%-1\r\n", "~-1\r\n", ">-1\r\n", "|-1\r\n", "=-1\r\n", "!-1\r\n", "%x\r\n",
];

test.each(BROKEN)("ReplyScanner says that %j is no RESP, in an array too", (sent) => {
  for (const before of ["", "*2\r\n:1\r\n"]) {
    for (const { name, pieces } of everyCut(Buffer.concat([OK, Buffer.from(before + sent)]))) {
      const { replies, broken } = scanReplies(pieces);
      expect({ name, replies, broken }).toEqual({ name, replies: ["+OK\r\n"], broken: true });
    }
  }
});

test("ReplyScanner takes no push, which nobody has asked for, in an array neither", () => {
  for (const sent of [">1\r\n+a\r\n", "*1\r\n>0\r\n", "|1\r\n+a\r\n+b\r\n>0\r\n"]) {
    const scanner = new ReplyScanner();
    expect(scanner.scan(Buffer.from(sent), 0, sent.length)).toBe(IS_BROKEN);
    expect(scanner.fault).toBe("the server sent a push that nobody asked for");
  }
});

test("ReplyScanner refuses streamed aggregates that are nested too deeply", () => {
  const bytes = Buffer.from("*?\r\n".repeat(1000));
  expect(new ReplyScanner().scan(bytes, 0, bytes.length)).toBe(IS_BROKEN);
});

describe("ReplyScanner announces", () => {
  function announcedAfter(sent: string): number {
    const scanner = new ReplyScanner();
    const bytes = Buffer.from(sent);
    expect(scanner.scan(bytes, 0, bytes.length)).toBe(INCOMPLETE);
    return scanner.announced;
  }

  test.each([
    ["what is missing of a bulk string, its line end included", "$100\r\n0123456789", 92],
    ["what is missing of an array's element", "*2\r\n$3\r\nabc\r\n$50\r\n", 52],
    ["nothing inside a line", "+OK", 0],
    ["nothing inside a length", "$10", 0],
    ["nothing between elements", "*2\r\n:1\r\n", 0],
  ])("%s", (_, sent, bytes) => expect(announcedAfter(sent)).toBe(bytes));
});

test.each(["$100\r\nabc", "*2\r\n:1\r\n", "$-", "+O", "|1\r\n", "?"])(
  "ReplyScanner forgets %j when it is reset",
  (sent) => {
    const scanner = new ReplyScanner();
    scanner.scan(Buffer.from(sent), 0, sent.length);
    scanner.reset();
    expect(scanner.announced).toBe(0);
    const found = scanReplies([{ bytes: OK, start: 0, end: OK.length }], scanner);
    expect(found).toEqual({ replies: ["+OK\r\n"], rest: "", broken: false });
  },
);
