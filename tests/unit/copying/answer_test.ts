import { describe, expect, test } from "bun:test";
import {
  type Answer,
  asArray,
  asBytes,
  asFields,
  asNumber,
  asText,
  Push,
  readAnswer,
  Refusal,
} from "../../../src/copying/answer.ts";
import { ReplyStream } from "../../../src/copying/reply_stream.ts";
import { everyCut } from "../../support/cuts.ts";

const CASES: [reply: string, answer: Answer][] = [
  ["+OK\r\n", "OK"],
  ["-ERR no\r\n", new Refusal("ERR no")],
  [":-7\r\n", -7],
  ["$-1\r\n", null],
  ["_\r\n", null],
  ["*-1\r\n", null],
  ["$0\r\n\r\n", Buffer.from("")],
  ["$4\r\n\r\n\u0000\u00ff\r\n", Buffer.from([13, 10, 0, 255])],
  ["#t\r\n", 1],
  [",1.5\r\n", "1.5"],
  ["(12345678901234567890\r\n", "12345678901234567890"],
  ["=7\r\ntxt:abc\r\n", Buffer.from("abc")],
  ["!5\r\nERR x\r\n", new Refusal("ERR x")],
  ["*2\r\n:1\r\n*1\r\n$1\r\na\r\n", [1, [Buffer.from("a")]]],
  ["~1\r\n:1\r\n", [1]],
  ["%1\r\n+a\r\n:1\r\n", ["a", 1]],
  ["|1\r\n+k\r\n+v\r\n:3\r\n", 3],
  [">2\r\n+invalidate\r\n*1\r\n$1\r\nk\r\n", new Push(["invalidate", [Buffer.from("k")]])],
  [">2\r\n$10\r\ninvalidate\r\n_\r\n", new Push([Buffer.from("invalidate"), null])],
];

describe("readAnswer", () => {
  test.each(CASES)("reads %j", (reply, answer) => {
    expect(readAnswer(Buffer.from(reply, "latin1"))).toEqual(answer);
  });

  test.each([
    "+a\r\n+b\r\n",
    "$3\r\nab",
    "*2\r\n:1\r\n",
    "$99999999999\r\n",
    `${"*1\r\n".repeat(100)}:1\r\n`,
  ])(
    "refuses %j",
    (reply) => {
      expect(() => readAnswer(Buffer.from(reply))).toThrow();
    },
  );
});

describe("ReplyStream", () => {
  test("gives the same replies and pushes however the bytes arrive", () => {
    const all = Buffer.from(CASES.map(([reply]) => reply).join(""), "latin1");
    for (const { name, pieces } of everyCut(all)) {
      const stream = new ReplyStream();
      const answers: Answer[] = [];
      for (const { bytes, start, end } of pieces) {
        stream.feed(Buffer.from(bytes.subarray(start, end)), (reply) => answers.push(readAnswer(reply)));
      }
      expect([name, answers]).toEqual([name, CASES.map(([, answer]) => answer)]);
    }
  });

  test("refuses what is no RESP", () => {
    expect(() => new ReplyStream().feed(Buffer.from("HTTP/1.1 400\r\n"), () => {})).toThrow("no valid reply");
  });
});

describe("an answer that is not what was expected", () => {
  test("says so, and a refusal is thrown as it is", () => {
    const refusal = new Refusal("WRONGTYPE no");
    for (const read of [asArray, asNumber, asBytes, asText, asFields]) {
      expect(() => read(refusal)).toThrow("WRONGTYPE no");
      expect(() => read(null)).toThrow("expected, not nothing");
    }
    expect(refusal.code).toBe("WRONGTYPE");
    expect(() => asNumber("abc")).toThrow("a number was expected");
  });
});
