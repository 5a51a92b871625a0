import { describe, expect, test } from "bun:test";
import { readReply } from "../../../../src/protocol/redis/read_reply.ts";
import {
  encodeReply,
  Failure,
  ReplyMap,
  ReplySet,
  type ReplyValue,
  Status,
} from "../../../../src/protocol/redis/reply_value.ts";

const VALUE: ReplyValue = [
  new Status("OK"),
  new Failure("ERR no"),
  -12,
  null,
  "k\xe4se\r\n",
  "",
  [],
  new ReplySet([1, new ReplyMap(["a", [2]])]),
  new ReplyMap(["flags", new ReplySet([new Status("fast")])]),
];

describe("readReply", () => {
  test("gives back what encodeReply was given, in RESP3", () => {
    expect(readReply(encodeReply(VALUE, 3))).toEqual(VALUE);
  });

  test("gives arrays for sets and maps, in RESP2", () => {
    const bytes = encodeReply([new ReplySet([1]), new ReplyMap(["a", null])], 2);
    expect(readReply(bytes)).toEqual([[1], ["a", null]]);
  });

  test.each<[string, ReplyValue]>([
    ["#t\r\n", 1],
    ["#f\r\n", 0],
    [",3.25\r\n", "3.25"],
    ["(123456789012345678901\r\n", "123456789012345678901"],
    ["=7\r\ntxt:abc\r\n", "abc"],
    ["!5\r\nERR x\r\n", new Failure("ERR x")],
    ["|1\r\n+a\r\n+b\r\n:7\r\n", 7],
    ["*-1\r\n", null],
    ["_\r\n", null],
  ])("takes %j", (text, value) => expect(readReply(Buffer.from(text))).toEqual(value));

  test.each([
    "",
    "+OK",
    "+OK\n",
    "$5\r\nab\r\n",
    "$2\r\nabcd",
    "*2\r\n:1\r\n",
    "*99999999999\r\n",
    "*x\r\n",
    "*\r\n",
    ":x\r\n",
    "?1\r\n",
    ":1\r\n:2\r\n",
    "$?\r\n;1\r\na\r\n;0\r\n",
  ])("is undefined for %j", (text) => expect(readReply(Buffer.from(text))).toBeUndefined());

  test("is undefined for values that lie too deep inside each other", () => {
    expect(readReply(Buffer.from(`${"*1\r\n".repeat(100)}:1\r\n`))).toBeUndefined();
  });
});
