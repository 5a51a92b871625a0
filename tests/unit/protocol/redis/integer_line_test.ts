import { describe, expect, test } from "bun:test";
import { IntegerLine, NOT_AN_INTEGER } from "../../../../src/protocol/redis/integer_line.ts";
import { everyCut, type Piece } from "../../../support/cuts.ts";

/** Reads the pieces; the value, and the text behind the integer. */
function read(pieces: readonly Piece[]): { value: number; rest: string } {
  const line = new IntegerLine();
  line.start();
  let rest = "";
  for (const { bytes, start, end } of pieces) {
    const at = rest === "" ? line.scan(bytes, start, end) : start;
    rest += bytes.toString("latin1", at, end);
  }
  return { value: line.value, rest };
}

describe("IntegerLine reads", () => {
  test.each([["0", 0], ["7", 7], ["10", 10], ["-1", -1], ["-20", -20], ["9999999999", 9999999999]])(
    "%s",
    (text, value) => {
      for (const { name, pieces } of everyCut(Buffer.from(text + "\r\n"))) {
        expect({ name, ...read(pieces) }).toEqual({ name, value, rest: "\r\n" });
      }
    },
  );
});

describe("IntegerLine finds no integer in", () => {
  test.each(["", "-", "-0", "x", "+1", " 1"])("%j", (text) => {
    for (const { name, pieces } of everyCut(Buffer.from(text + "\r\n"))) {
      expect({ name, value: read(pieces).value }).toEqual({ name, value: NOT_AN_INTEGER });
    }
  });
});

describe("IntegerLine stops at the first byte that doesn't belong to the integer:", () => {
  test.each([["007", "07"], ["12345678901", "1"], ["1-", "-"], ["--1", "-1"], ["-00", "0"], ["4x", "x"]])(
    "%s",
    (text, rest) => {
      for (const { name, pieces } of everyCut(Buffer.from(text + "\r\n"))) {
        expect({ name, rest: read(pieces).rest }).toEqual({ name, rest: rest + "\r\n" });
      }
    },
  );
});
