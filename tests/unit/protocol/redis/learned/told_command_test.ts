import { describe, expect, test } from "bun:test";
import { KeyFinder } from "../../../../../src/protocol/redis/key_finder.ts";
import { readReply } from "../../../../../src/protocol/redis/read_reply.ts";
import { READS, WRITES } from "../../../../../src/protocol/redis/commands/key_specs.ts";
import { readTold } from "../../../../../src/protocol/redis/learned/told_command.ts";
import { encodeReply, type ReplyValue, Status } from "../../../../../src/protocol/redis/reply_value.ts";
import { textArguments } from "../text_arguments.ts";
import { entry, PLAIN, spec, told } from "./entries.ts";

const finder = new KeyFinder();

/** Indexes of the keys of a request for a command with these specifications. */
function keysOf(specs: readonly ReplyValue[], request: string): number[] | number {
  const { keys, fault } = told("x.y", -2, "readonly", specs);
  expect(fault).toBe("");
  const found: number[] = [];
  for (const each of keys) {
    const count = finder.findKeysOf(each, textArguments(...request.split(" ")));
    if (count < 0) return count;
    found.push(...finder.keys.subarray(0, count));
  }
  return found;
}

describe.each([2, 3] as const)("readTold in RESP%d", (version) => {
  const read = (value: ReplyValue) => readTold(readReply(encodeReply(value, version)));

  test("takes name, arity, flags, categories and keys", () => {
    expect(read(entry("JSON.Get", -2, "readonly Module", [spec(PLAIN)]))).toMatchObject({
      name: "json.get",
      arity: -2,
      flags: ["readonly", "module"],
      categories: ["@read", "@slow"],
      keys: [{ begin: 1, last: 0, find: "range", needs: READS, isKey: true }],
      fault: "",
    });
  });

  test("takes subcommands with their keys", () => {
    const inner = entry("x|at", 3, "write", [spec({ flags: "RW update", begin: ["index", 2] })]);
    const outer = read(entry("x", -2, "", [], [inner]))!;
    expect(outer.keys).toEqual([]);
    expect(outer.subcommands).toMatchObject([{ name: "x|at", keys: [{ begin: 2, needs: WRITES }] }]);
  });
});

describe("readTold finds the keys", () => {
  test.each<[string, ReplyValue[], string, number[]]>([
    ["in one place", [spec(PLAIN)], "x a b", [1]],
    [
      "up to the end",
      [spec({ begin: ["index", 1], how: ["lastkey", -1, "keystep", 1, "limit", 0] })],
      "x a b",
      [1, 2],
    ],
    [
      "but for the last",
      [spec({ begin: ["index", 1], how: ["lastkey", -2, "keystep", 1, "limit", 0] })],
      "x a b p",
      [
        1,
        2,
      ],
    ],
    [
      "at every second place",
      [spec({ begin: ["index", 1], how: ["lastkey", -1, "keystep", 2, "limit", 0] })],
      "x a 1 b 2",
      [
        1,
        3,
      ],
    ],
    [
      "in the first half behind a word",
      [
        spec({
          type: "keyword",
          begin: ["keyword", "STREAMS", "startfrom", 1],
          how: ["lastkey", -1, "keystep", 1, "limit", 2],
        }),
      ],
      "x 1 streams a b 0 0",
      [3, 4],
    ],
    [
      "behind a word, looked for from the end",
      [
        spec({ type: "keyword", begin: ["keyword", "KEYS", "startfrom", -2] }),
      ],
      "x keys a keys b",
      [4],
    ],
    [
      "as many as a number says",
      [
        spec({ begin: ["index", 2], find: "keynum", how: ["keynumidx", 0, "firstkey", 1, "keystep", 1] }),
      ],
      "x 0 2 a b c",
      [3, 4],
    ],
    [
      "as a number says that stands further on",
      [
        spec({ begin: ["index", 1], find: "keynum", how: ["keynumidx", 1, "firstkey", 2, "keystep", 1] }),
      ],
      "x d 1 a b",
      [3],
    ],
    ["of two specifications", [spec(PLAIN), spec({ flags: "OW update", begin: ["index", 3] })], "x a b c", [
      1,
      3,
    ]],
  ])("%s", (_, specs, request, keys) => expect(keysOf(specs, request)).toEqual(keys));
});

describe("readTold has a fault for keys", () => {
  test.each<[string, ReplyValue, string]>([
    ["whose beginning is unknown", spec({ type: "unknown", begin: [] }), ""],
    ["that can't be found", spec({ ...PLAIN, find: "unknown", how: [] }), ""],
    ["that are not all told", spec({ ...PLAIN, flags: "RO access incomplete" }), ""],
    ["that a function of the server's finds", spec(PLAIN), "movablekeys"],
    ["without a step", spec({ ...PLAIN, how: ["lastkey", -1, "keystep", 0, "limit", 0] }), ""],
    ["at the command's name", spec({ begin: ["index", 0] }), ""],
    ["at no number", spec({ begin: ["index", "one"] }), ""],
    ["far beyond any request", spec({ begin: ["index", 2 ** 30] }), ""],
    [
      "before their number",
      spec({
        begin: ["index", 1],
        find: "keynum",
        how: ["keynumidx", 1, "firstkey", 1, "keystep", 1],
      }),
      "",
    ],
    ["that are told in words nobody knows", [new Status("here")], ""],
  ])("%s", (_, told_, flags) => {
    const { keys, fault } = told("x.y", -2, `readonly ${flags}`, [told_]);
    expect({ keys, fault }).toEqual({ keys: [], fault: "has keys in places that the server does not tell" });
  });
});

test("readTold trusts a key that may be used in any way to be used in any way", () => {
  const [key] = told("x", 2, "write", [spec({ ...PLAIN, flags: "RW access variable_flags" })]).keys;
  expect(key).toMatchObject({ needs: READS | WRITES, flags: ["RW", "access"] });
});

describe("readTold of a server before Redis 7", () => {
  const old = (flags: string, first: number, last: number, step: number) =>
    readTold(["x", -2, flags.split(" ").map((flag) => new Status(flag)), first, last, step]);

  test("takes first key, last key and step", () => {
    expect(old("readonly", 1, -1, 2)!.keys).toMatchObject([{ begin: 1, last: -1, step: 2, needs: READS }]);
    expect(old("write", 2, 3, 1)!.keys).toMatchObject([{
      begin: 2,
      last: 1,
      step: 1,
      needs: READS | WRITES,
    }]);
    expect(old("readonly", 0, 0, 0)).toMatchObject({ keys: [], fault: "" });
  });

  test("has a fault for keys that move", () => {
    expect(old("readonly movablekeys", 1, 1, 1)).toMatchObject({
      keys: [],
      fault: expect.stringContaining("places"),
    });
  });
});

test.each<[ReplyValue]>([
  [null],
  [3],
  [[]],
  [["get"]],
  [["get", 0, [], 0, 0, 0]],
  [["a b", 1, []]],
  [["x\n", 1, []]],
  [["y".repeat(200), 1, []]],
])("readTold is null for %j", (value) => expect(readTold(value)).toBeNull());
