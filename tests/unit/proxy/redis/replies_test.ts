import { describe, expect, test } from "bun:test";
import {
  arrayReply,
  bulkReply,
  errorReply,
  integerReply,
  mapReply,
  nullReply,
  setReply,
  simpleReply,
  verbatimReply,
} from "../../../../src/proxy/redis/replies.ts";
import { parseAllResp, RespError, type RespValue } from "../../../support/resp.ts";

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
