import { describe, expect, test } from "bun:test";
import { READS, WRITES } from "../../../../../src/protocol/redis/commands/key_specs.ts";
import { parseDeclared } from "../../../../../src/protocol/redis/learned/declared_command.ts";

describe("parseDeclared", () => {
  test.each([
    ["read 1", {
      keys: [{ begin: 1, last: 0, step: 1, needs: READS }],
      writes: false,
      blocks: false,
      arity: 0,
    }],
    ["write 2..4", { keys: [{ begin: 2, last: 2, needs: READS | WRITES }], writes: true }],
    ["read 1..-2", { keys: [{ begin: 1, last: -2, step: 1 }] }],
    ["WRITE 1..-1 by 2", { keys: [{ begin: 1, last: -1, step: 2 }], writes: true }],
    ["read count 2", { keys: [{ begin: 2, find: "count", first: 1 }] }],
    ["write 1, read 2..-1", { keys: [{ begin: 1 }, { begin: 2, last: -1, needs: READS }], writes: true }],
    ["read none, arity -3,blocking", { keys: [], arity: -3, blocks: true, writes: false }],
  ])("takes %j", (text, expected) => expect(parseDeclared(text)).toMatchObject(expected as never));

  test.each([
    ["raed 1", '"raed" is no word of a declaration'],
    ["blocking", "it has to say read or write"],
    ["read", "it doesn't say where the keys are"],
    ["read first", '"first" is not where the keys are'],
    ["read 0", '"0" is no argument\'s number'],
    ["read 3..2", "3..2 ends before it begins"],
    ["read 1..-0", '"0" is no argument\'s number'],
    ["read 1..-1 by", '"" is no argument\'s number'],
    ["read count x", '"x" is no argument\'s number'],
    ["read 1 arity 0", '"0" is no arity'],
    ["read 1 arity", '"" is no arity'],
    ["read 99999999999", "is no argument's number"],
  ])("refuses %j", (text, message) => expect(() => parseDeclared(text)).toThrow(message));
});
