import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { scoreKey, scoreOf } from "../../../src/store/data/score_key.ts";
import { addFloats } from "../../../src/store/redis/long_double.ts";
import { readFloat, readInteger64 } from "../../../src/store/redis/numbers.ts";
import { SEED } from "../../support/seed.ts";

const score = fc.double({ noNaN: true });

test("scoreKey orders bytes as the scores, and scoreOf reads them back", () => {
  fc.assert(
    fc.property(score, score, (a, b) => {
      expect(scoreOf(scoreKey(a))).toBe(a === 0 ? 0 : a);
      expect(Buffer.compare(scoreKey(a), scoreKey(b))).toBe(a < b ? -1 : a > b ? 1 : 0);
    }),
    { seed: SEED },
  );
});

// What redis-server 7.0.15 on x86-64 answers.
test.each([
  ["0.1", "0.2", "0.3"],
  ["10.5", "0.1", "10.6"],
  ["3.0e3", "200", "3200"],
  ["10000000000", "0.1", "10000000000.09999999962747097"],
  ["-1", "1", "0"],
  ["0.33333333333333333", "0.66666666666666666", "0.99999999999999999"],
  ["5.0e-18", "0", "0"],
])("addFloats of %s and %s is %s", (a, b, sum) => expect(addFloats(a, b)).toBe(sum));

describe("numbers are read as strictly as in Redis:", () => {
  test.each(["0", "-1", "9223372036854775807", "-9223372036854775808"])("%s is an integer", (text) => {
    expect(readInteger64(Buffer.from(text))).toBe(BigInt(text));
  });
  test.each(["", "-0", "+1", "01", " 1", "1 ", "1.0", "9223372036854775808", "0x1"])("%j is none", (text) => {
    expect(readInteger64(Buffer.from(text))).toBe(null);
  });
  test.each([["1.", 1], [".5", 0.5], ["-1e3", -1000], ["+inf", Infinity], ["-Infinity", -Infinity]])(
    "%s is a float",
    (text, value) => expect(readFloat(Buffer.from(text))).toBe(value),
  );
  test.each(["", "nan", "1e", ".", "1 "])("%j is none", (text) => {
    expect(readFloat(Buffer.from(text))).toBe(null);
  });
});
