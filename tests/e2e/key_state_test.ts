/** What a key is, however a real server keeps it: what differs is seen, what doesn't is not. */
import { describe, expect, test } from "bun:test";
import {
  type Command,
  isSameState,
  type KeyState,
  keyState,
  type ServerConnection,
} from "../../src/copying/mod.ts";
import { reasonToSkip } from "../support/programs.ts";
import { RedisServer } from "../support/redis_server.ts";
import { connectTo, Ending } from "./copying.ts";

const ITEMS = Array.from({ length: 60 }, (_, i) => `item ${i}`);

/** Makes key `k` from nothing, and changes that make it another key. */
const KEYS: [title: string, make: Command[], changes: Command[]][] = [
  ["a string", [["SET", "k", "abc"]], [["APPEND", "k", "d"], ["SETRANGE", "k", 0, "b"], [
    "PEXPIRE",
    "k",
    100_000,
  ]]],
  ["a number", [["SET", "k", 17]], [["INCR", "k"]]],
  ["a list", [["RPUSH", "k", ...ITEMS]], [["LSET", "k", 5, "x"], ["LPOP", "k"], [
    "LMOVE",
    "k",
    "k",
    "LEFT",
    "RIGHT",
  ]]],
  ["a set", [["SADD", "k", ...ITEMS]], [["SREM", "k", "item 1"], ["SADD", "k", "x"]]],
  ["a set of numbers", [["SADD", "k", 3, 1, 2]], [["SADD", "k", 4]]],
  ["a hash", [["HSET", "k", ...ITEMS]], [["HSET", "k", "item 0", "x"], ["HDEL", "k", "item 0"]]],
  ["a sorted set", [["ZADD", "k", ...ITEMS.flatMap((item, i) => [String(i / 3), item])]], [
    ["ZINCRBY", "k", "0.001", "item 1"],
    ["ZREM", "k", "item 1"],
  ]],
  ["a stream", [
    ...ITEMS.map((item, i): Command => ["XADD", "k", `${i + 1}-0`, "f", item]),
    ["XGROUP", "CREATE", "k", "g", "0"],
    ["XREADGROUP", "GROUP", "g", "alice", "COUNT", 3, "STREAMS", "k", ">"],
  ], [
    ["XADD", "k", "99-0", "f", "v"],
    ["XDEL", "k", "5-0"],
    ["XSETID", "k", "70-0"],
    ["XGROUP", "CREATE", "k", "h", "0"],
    ["XGROUP", "SETID", "k", "g", "9-0"],
    ["XGROUP", "CREATECONSUMER", "k", "g", "bob"],
    ["XACK", "k", "g", "1-0"],
    ["XCLAIM", "k", "g", "bob", 0, "1-0"],
  ]],
];

async function made(client: ServerConnection, commands: readonly Command[]): Promise<KeyState | null> {
  await client.pipeline([["DEL", "k"], ...commands]);
  return await keyState(client, Buffer.from("k"));
}

describe.skipIf(reasonToSkip("redis-server") !== null)("keyState", () => {
  test.each(KEYS)(
    "of %s is the same in any encoding, and another after every change",
    async (_, make, changes) => {
      using ending = new Ending();
      await using small = await RedisServer.start();
      // deno-fmt-ignore
      await using large = await RedisServer.start({ args: [
      "--hash-max-listpack-entries", "1", "--zset-max-listpack-entries", "1", "--set-max-intset-entries", "1",
      "--list-max-listpack-size", "1", "--stream-node-max-entries", "2",
    ] });
      const [here, there] = await Promise.all(
        [small, large].map((server) => connectTo(server, ending.signal)),
      );
      const state = await made(here!, make);
      expect(state).not.toBeNull();
      expect(await made(there!, make)).toEqual(state);
      const seen = new Set([JSON.stringify(state)]);
      for (const change of changes) {
        const changed = await made(there!, [...make, change]);
        expect([change, seen.has(JSON.stringify(changed))]).toEqual([change, false]);
        expect(isSameState(state, changed)).toBe(false);
        seen.add(JSON.stringify(changed));
      }
    },
  );

  test("is null for what is not there, and of more than a page the whole", async () => {
    using ending = new Ending();
    await using redis = await RedisServer.start();
    const client = await connectTo(redis, ending.signal);
    expect(await made(client, [])).toBeNull();
    const entries = Array.from({ length: 2500 }, (_, i): Command => ["XADD", "k", `${i + 1}-0`, "f", i]);
    const group: Command[] = [["XGROUP", "CREATE", "k", "g", "0"], [
      "XREADGROUP",
      "GROUP",
      "g",
      "a",
      "STREAMS",
      "k",
      ">",
    ]];
    const whole = await made(client, [...entries, ...group]);
    expect(whole!.length).toBe(2500);
    expect((await made(client, [...entries, ...group, ["XACK", "k", "g", "2400-0"]]))!.digest).not.toBe(
      whole!.digest,
    );
    const string = await made(client, [["SETRANGE", "k", 3_000_000, "end"]]);
    expect((await made(client, [["SETRANGE", "k", 3_000_000, "enD"]]))!.digest).not.toBe(string!.digest);
  });
});

describe("isSameState", () => {
  test("allows for times that were told unsharply", () => {
    const state = { type: "string", length: 1, digest: "x", expiresAtMs: 1000 };
    expect(isSameState(state, { ...state, expiresAtMs: 1002 })).toBe(false);
    expect(isSameState(state, { ...state, expiresAtMs: 1002 }, 2)).toBe(true);
    expect(isSameState(state, { ...state, expiresAtMs: null }, 2)).toBe(false);
    expect([isSameState(null, null), isSameState(null, state)]).toEqual([true, false]);
  });
});
