import { describe, expect, test } from "bun:test";
import {
  arrayReply,
  bulkReply,
  errorReply,
  integerReply,
  mapReply,
  nullReply,
  quoteArguments,
  setReply,
  simpleReply,
  verbatimReply,
} from "../../../../src/proxy/redis/replies.ts";
import { parseAllResp, RespError, type RespValue } from "../../../support/resp.ts";
import { textArguments } from "../../protocol/redis/text_arguments.ts";

describe("Replies of the proxy are read as", () => {
  const cases: readonly (readonly [string, Uint8Array, RespValue])[] = [
    ["text", simpleReply("OK"), "OK"],
    ["an error", errorReply("ERR no"), new RespError("ERR no")],
    ["an error of one line", errorReply("ERR a\r\nb\nc"), new RespError("ERR a  b c")],
    ["a number", integerReply(-42), -42],
    ["a string", bulkReply("é\r\n"), "é\r\n"],
    ["bytes", bulkReply(Buffer.from("bytes")), "bytes"],
    ["an empty string", bulkReply(""), ""],
    ["null", nullReply(2), null],
    ["null of RESP3", nullReply(3), null],
    ["a map", mapReply(2, [bulkReply("k"), integerReply(1)]), ["k", 1]],
    ["a map of RESP3", mapReply(3, [bulkReply("k"), integerReply(1)]), new Map([["k", 1]])],
    ["a set", setReply(2, [bulkReply("a")]), ["a"]],
    ["a set of RESP3", setReply(3, [bulkReply("a")]), new Set(["a"])],
    ["text for people", verbatimReply(2, "é"), "é"],
    ["text for people of RESP3", verbatimReply(3, "é\r\n"), "é\r\n"],
    ["an empty array", arrayReply([]), []],
    ["nested arrays", arrayReply([arrayReply([integerReply(1)]), bulkReply("a")]), [[1], "a"]],
  ];
  test.each(cases)("%s", (_, bytes, value) => expect(parseAllResp(bytes)).toEqual([value]));
});

describe("quoteArguments", () => {
  test("puts each argument in quotes", () => {
    expect(quoteArguments(textArguments("a", "b c", "", "d"), 0, 4)).toBe("'a' 'b c' '' 'd'");
    expect(quoteArguments(textArguments("a", "b", "c"), 1, 2)).toBe("'b'");
    expect(quoteArguments(textArguments("a"), 1, 1)).toBe("");
  });

  test("says little of what is long", () => {
    const long = "x".repeat(1000);
    expect(quoteArguments(textArguments(long), 0, 1)).toBe(`'${"x".repeat(128)}'`);
    const many = quoteArguments(textArguments(...Array(1000).fill("abc")), 0, 1000);
    expect(many.length).toBeLessThanOrEqual(128 + "'' ".length + "abc".length);
  });
});
