import { describe, expect, test } from "bun:test";
import { readShards } from "../../../../../src/protocol/redis/cluster/shards_reply.ts";
import { readSlots } from "../../../../../src/protocol/redis/cluster/slots_reply.ts";
import { readReply } from "../../../../../src/protocol/redis/read_reply.ts";
import { encodeReply, Failure, type ReplyValue } from "../../../../../src/protocol/redis/reply_value.ts";

const through = (value: ReplyValue) => readReply(encodeReply(value, 2));

function node(
  id: string,
  port: number,
  role: string,
  health = "online",
  more: ReplyValue[] = [],
): ReplyValue {
  // deno-fmt-ignore
  return ["id", id, "port", port, "ip", "10.0.0.1", "endpoint", "10.0.0.1", ...more,
    "role", role, "replication-offset", 72156, "health", health];
}

const shard = (slots: number[], ...nodes: ReplyValue[]): ReplyValue => ["slots", slots, "nodes", nodes];

const at = (id: string, port: number, isOnline = true, host = "10.0.0.1") => ({ id, host, port, isOnline });

describe("readShards", () => {
  test("reads primaries, replicas and ranges", () => {
    const reply = through([
      shard([0, 99, 200, 16_383], node("r", 2, "replica"), node("m", 1, "master")),
      shard([100, 199], node("n", 3, "master", "fail")),
    ]);
    expect(readShards(reply, false)).toEqual([
      { slots: [[0, 99], [200, 16_383]], primary: at("m", 1), replicas: [at("r", 2)] },
      { slots: [[100, 199]], primary: at("n", 3, false), replicas: [] },
    ]);
  });

  test("keeps an empty primary that is online, and no other without slots", () => {
    const reply = through([
      shard([], node("m", 1, "master")),
      shard([], node("f", 2, "master", "fail")),
      shard([]),
    ]);
    expect(readShards(reply, false)).toEqual([{ slots: [], primary: at("m", 1), replicas: [] }]);
  });

  test("takes the primary that serves when a failed one is still named", () => {
    const reply = through([shard([1, 2], node("old", 1, "master", "fail"), node("new", 2, "master"))]);
    expect(readShards(reply, false)).toMatchObject([{ primary: { id: "new" }, replicas: [] }]);
  });

  test("takes the port for TLS where TLS is spoken", () => {
    const reply = through([shard([1, 2], node("m", 1, "master", "online", ["tls-port", 11]))]);
    expect(readShards(reply, true)![0]!.primary.port).toBe(11);
    expect(readShards(reply, false)![0]!.primary.port).toBe(1);
  });

  test("gives no host where the node knows none", () => {
    for (const endpoint of ["", "?", null]) {
      const reply = through([["slots", [1, 2], "nodes", [[
        "id",
        "m",
        "port",
        1,
        "endpoint",
        endpoint,
        "role",
        "master",
      ]]]]);
      expect(readShards(reply, false)![0]!.primary.host).toBe("");
    }
  });

  test.each<[string, ReplyValue]>([
    ["an error", new Failure("ERR unknown subcommand")],
    ["a number", 1],
    ["a shard that is none", [1]],
    ["an odd number of slots", [shard([1], node("m", 1, "master"))]],
    ["slots that are none", [shard([1, 16_384], node("m", 1, "master"))]],
    ["a range from behind", [shard([2, 1], node("m", 1, "master"))]],
    ["a node without a port", [shard([1, 2], ["id", "m", "role", "master"])]],
  ])("answers null to %s", (_, value) => {
    expect(readShards(through(value), false)).toBeNull();
  });
});

describe("readSlots", () => {
  test("joins the ranges of a primary", () => {
    const reply = through([
      [0, 99, ["10.0.0.1", 1, "m", []], ["10.0.0.1", 2, "r", []]],
      [100, 199, ["", 3, "n", []]],
      [200, 299, ["10.0.0.1", 1, "m", []], ["10.0.0.1", 2, "r", []]],
    ]);
    expect(readSlots(reply)).toEqual([
      { slots: [[0, 99], [200, 299]], primary: at("m", 1), replicas: [at("r", 2)] },
      { slots: [[100, 199]], primary: at("n", 3, true, ""), replicas: [] },
    ]);
  });

  test.each<[string, ReplyValue]>([
    ["an error", new Failure("ERR This instance has cluster support disabled")],
    ["a range without a node", [[0, 1]]],
    ["a range that is none", [[5, 1, ["h", 1, "m"]]]],
    ["a node that is none", [[0, 1, "m"]]],
  ])("answers null to %s", (_, value) => {
    expect(readSlots(through(value))).toBeNull();
  });
});

describe("readReply", () => {
  test.each([
    ["", undefined],
    ["$3\r\nab\r\n", undefined],
    ["$2\r\nab\r\n:1\r\n", undefined],
    ["*2\r\n:1\r\n", undefined],
    ["*-2\r\n", undefined],
    [":x\r\n", undefined],
    [":-7\r\n", -7],
    ["$-1\r\n", null],
    ["*-1\r\n", null],
    ["*2\r\n$0\r\n\r\n*1\r\n:1\r\n", ["", [1]]],
  ])("reads %p as %p", (text, value) => {
    expect(readReply(Buffer.from(text))).toEqual(value as ReplyValue);
  });

  test("gives up what is nested beyond measure", () => {
    expect(readReply(Buffer.from("*1\r\n".repeat(100_000) + ":1\r\n"))).toBeUndefined();
  });
});
