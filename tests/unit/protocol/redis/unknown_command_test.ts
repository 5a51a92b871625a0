import { describe, expect, test } from "bun:test";
import { quoteArguments } from "../../../../src/protocol/redis/unknown_command.ts";
import { textArguments } from "./text_arguments.ts";

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
