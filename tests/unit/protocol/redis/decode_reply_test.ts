import { describe, expect, test } from "bun:test";
import { decodeReply as decode } from "../../../../src/protocol/redis/decode_reply.ts";
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

describe("decodeReply", () => {
  test("gives back what encodeReply was given, in RESP3", () => {
    expect(decode(encodeReply(VALUE, 3) as Buffer)).toEqual(VALUE);
  });

  test("gives arrays for sets and maps, in RESP2", () => {
    const bytes = encodeReply([new ReplySet([1]), new ReplyMap(["a", null])], 2) as Buffer;
    expect(decode(bytes)).toEqual([[1], ["a", null]]);
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
  ])("takes %j", (text, value) => expect(decode(Buffer.from(text))).toEqual(value));

  test.each([
    "",
    "+OK",
    "$5\r\nab\r\n",
    "*2\r\n:1\r\n",
    "*99999999999\r\n",
    "*x\r\n",
    ":1\r\n:2\r\n",
    "$?\r\n;1\r\na\r\n;0\r\n",
  ])(
    "throws on %j",
    (text) => expect(() => decode(Buffer.from(text))).toThrow(),
  );

  test("throws on values that lie too deep inside each other", () => {
    expect(() => decode(Buffer.from(`${"*1\r\n".repeat(100)}:1\r\n`))).toThrow("inside each other");
  });
});
