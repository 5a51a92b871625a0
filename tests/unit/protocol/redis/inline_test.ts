import { describe, expect, test } from "bun:test";
import { encodeInline } from "../../../../src/protocol/redis/inline.ts";
import { command } from "../../../support/resp_encoder.ts";

function latin1(text: string): Buffer {
  return Buffer.from(text, "latin1");
}

describe("encodeInline makes an array of the words of", () => {
  const cases: readonly (readonly [line: string, words: readonly string[]])[] = [
    ["PING", ["PING"]],
    [" a\tb  c\r", ["a", "b", "c"]],
    ["a\rb", ["a", "b"]],
    ['"a b" c', ["a b", "c"]],
    ["'a b' c", ["a b", "c"]],
    ["\"\" ''", ["", ""]],
    ['a"b c"', ["ab c"]],
    ["a'b c'", ["ab c"]],
    ['"a"\vb', ["a", "b"]],
    ["'a'\fb", ["a", "b"]],
    ["a\vb\fc", ["a\vb\fc"]],
    ["\va", ["a"]],
    ['"\\n\\r\\t\\b\\a"', ["\n\r\t\b\x07"]],
    ['"\\x00\\xfF\\x4a"', ["\0\xffJ"]],
    ['"\\x4" "\\xg0" "\\x" "\\q\\\\"', ["x4", "xg0", "x", "q\\"]],
    ['"\\"" "\'"', ['"', "'"]],
    ["'\\'' '\"' '\\n'", ["'", '"', "\\n"]],
    ["a\\nb\\", ["a\\nb\\"]],
    ["\xff\x80", ["\xff\x80"]],
    ["PING\0 ignored", ["PING"]],
  ];
  test.each(cases)("%j", (line, words) => {
    expect(encodeInline(latin1(line))).toEqual(command(...words.map(latin1)));
  });
});

test.each(["", " ", "\t \v\f\r", "\0PING"])("encodeInline is empty when there are no words in %j", (line) => {
  expect(encodeInline(latin1(line))).toHaveLength(0);
});

test.each(['"', "'", '"a', "a'", '"a"b', "'a'b", '"a""b"', '"a\\"', "'a\\'", '"\\', "'a\\"])(
  "encodeInline is null when quotes are unbalanced in %j",
  (line) => expect(encodeInline(latin1(line))).toBeNull(),
);
