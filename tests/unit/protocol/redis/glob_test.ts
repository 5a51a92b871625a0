import { describe, expect, test } from "bun:test";
import { matchesGlob } from "../../../../src/protocol/redis/glob.ts";

describe("matchesGlob", () => {
  const cases: [pattern: string, text: string, matches: boolean][] = [
    ["", "", true],
    ["", "a", false],
    ["*", "", true],
    ["*", "anything", true],
    ["get", "get", true],
    ["get", "getex", false],
    ["get*", "getex", true],
    ["*ex", "getex", true],
    ["*e*e*", "expire", true],
    ["*a*b*", "xaybz", true],
    ["*a*b", "xaybz", false],
    ["**", "", true],
    ["?", "a", true],
    ["?", "", false],
    ["g?t", "get", true],
    ["g?t", "gt", false],
    ["[gs]et", "set", true],
    ["[gs]et", "bet", false],
    ["[a-g]et", "get", true],
    ["[g-a]et", "get", true],
    ["[^g]et", "get", false],
    ["[^g]et", "set", true],
    ["x[\\]]y", "x]y", true],
    ["[a", "a", true],
    ["[", "a", false],
    ["[]", "a", false],
    ["\\*", "*", true],
    ["\\*", "a", false],
    ["\\", "\\", true],
    ["a\\", "a\\", true],
    ["x*info", "xinfo", true],
    ["xinfo|*", "xinfo|stream", true],
  ];
  test.each(cases)("%p on %p gives %p when compared", (pattern, text, matches) => {
    expect(matchesGlob(pattern, text)).toBe(matches);
  });

  test("matchesGlob ends soon when a pattern of many stars can't match", () => {
    expect(matchesGlob("*a".repeat(2000), "a".repeat(1999))).toBeFalse();
  });
});
