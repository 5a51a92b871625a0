import { describe, expect, test } from "bun:test";
import { didYouMean, editDistance, suggest } from "../../../src/config/suggest.ts";

const KNOWN = ["listen", "reuseport", "tcpkeepalive", "client_connections", "client_outbox_low", "hash"];

describe("suggest", () => {
  const rows: [word: string, found: string | null][] = [
    ["reuse_port", "reuseport"],
    ["tcp-keepalive", "tcpkeepalive"],
    ["clientConnections", "client_connections"],
    ["listne", "listen"],
    ["lisen", "listen"],
    ["HASH", "hash"],
    ["client_out", "client_outbox_low"],
    ["cli", null],
    ["colour", null],
    ["", null],
    ["x".repeat(65), null],
  ];
  for (const [word, found] of rows) {
    test(`gives ${found} when the word is ${word.slice(0, 20)}`, () =>
      expect(suggest(word, KNOWN)).toBe(found));
  }

  test("gives the first one when two are equally close", () => {
    expect(suggest("max_c", ["max_a", "max_b"])).toBe("max_a");
  });
});

test("didYouMean ends a message with the name found, and says nothing when there is none", () => {
  expect(didYouMean("hsah", KNOWN)).toBe('; did you mean "hash"?');
  expect(didYouMean("colour", KNOWN)).toBe("");
});

describe("editDistance", () => {
  const rows: [a: string, b: string, edits: number][] = [
    ["", "", 0],
    ["abc", "", 3],
    ["", "abc", 3],
    ["abc", "abc", 0],
    ["abc", "acb", 1],
    ["abc", "abd", 1],
    ["abc", "abcd", 1],
    ["kitten", "sitting", 3],
    ["ca", "abc", 3],
  ];
  for (const [a, b, edits] of rows) {
    test(`is ${edits} from "${a}" to "${b}", both ways`, () => {
      expect(editDistance(a, b)).toBe(edits);
      expect(editDistance(b, a)).toBe(edits);
    });
  }
});
