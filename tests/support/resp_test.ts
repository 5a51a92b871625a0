import { describe, expect, test } from "bun:test";
import { parseAllResp, parseResp, RespError, RespPush, type RespValue } from "./resp.ts";
import {
  array,
  bulk,
  command,
  error,
  integer,
  map,
  nullArray,
  nullBulk,
  scalar,
  simple,
} from "./resp_encoder.ts";

/** Each as written out by hand from the specification, as the encoder makes it, and as a value. */
const CASES: readonly [text: string, bytes: Buffer, value: RespValue][] = [
  ["+OK\r\n", simple("OK"), "OK"],
  ["-ERR no\r\n", error("ERR no"), new RespError("ERR no")],
  [":-42\r\n", integer(-42), -42],
  [":9223372036854775807\r\n", integer(9223372036854775807n), 9223372036854775807n],
  ["$0\r\n\r\n", bulk(""), ""],
  ["$4\r\na\r\nb\r\n", bulk("a\r\nb"), "a\r\nb"],
  ["$2\r\n\xc3\xab\r\n", bulk("ë"), "ë"],
  ["$-1\r\n", nullBulk(), null],
  ["*-1\r\n", nullArray(), null],
  ["*0\r\n", array([]), []],
  ["*2\r\n*1\r\n:1\r\n$-1\r\n", array([array([integer(1)]), nullBulk()]), [[1], null]],
  ["_\r\n", scalar("_"), null],
  ["#t\r\n", scalar("#", "t"), true],
  [",-inf\r\n", scalar(",", "-inf"), -Infinity],
  [",1.5\r\n", scalar(",", "1.5"), 1.5],
  ["(-123456789012345678901\r\n", scalar("(", "-123456789012345678901"), -123456789012345678901n],
  ["!5\r\nERR x\r\n", bulk("ERR x", "!"), new RespError("ERR x")],
  ["=6\r\ntxt:ab\r\n", bulk("txt:ab", "="), "ab"],
  ["~1\r\n+a\r\n", array([simple("a")], "~"), new Set(["a"])],
  ["%1\r\n+a\r\n*1\r\n:1\r\n", map([[simple("a"), array([integer(1)])]]), new Map([["a", [1]]])],
  [">2\r\n+a\r\n:1\r\n", array([simple("a"), integer(1)], ">"), new RespPush(["a", 1])],
  [
    "|1\r\n+ttl\r\n:9\r\n+OK\r\n",
    Buffer.concat([map([[simple("ttl"), integer(9)]], "|"), simple("OK")]),
    "OK",
  ],
  ["*2\r\n$3\r\nGET\r\n$1\r\n7\r\n", command("GET", 7), ["GET", "7"]],
];

for (const [text, bytes, value] of CASES) {
  describe(`RESP ${JSON.stringify(text)}`, () => {
    test("is what the encoder makes", () => expect(bytes.toString("latin1")).toBe(text));

    test("parseResp reads it whole, and behind other bytes", () => {
      expect(parseResp(bytes)).toEqual({ value, end: bytes.length });
      const moved = Buffer.concat([Buffer.from("zzz"), bytes, Buffer.from("+next\r\n")]);
      expect(parseResp(moved, 3)).toEqual({ value, end: bytes.length + 3 });
    });

    test("parseResp gives null for each part of it", () => {
      for (let end = 0; end < bytes.length; end++) expect(parseResp(bytes.subarray(0, end))).toBeNull();
    });
  });
}

test("parseResp keeps bytes apart when told latin1", () => {
  expect(parseResp(bulk(Uint8Array.of(0xff, 0x00)), 0, "latin1")!.value).toBe("\xff\0");
});

test.each(["hello\r\n", ":\r\n", ":1x\r\n", "$x\r\n", "$-2\r\n", "*-2\r\n", "#x\r\n", "$1\r\nabc"])(
  "parseResp throws when given %j",
  (text) => expect(() => parseResp(Buffer.from(text))).toThrow(),
);

test("parseAllResp reads all values, and throws when the last is cut short", () => {
  expect(parseAllResp(Buffer.from("+a\r\n:1\r\n"))).toEqual(["a", 1]);
  expect(() => parseAllResp(Buffer.from("+a\r\n:1\r"))).toThrow("byte 4");
});
