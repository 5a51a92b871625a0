/** Following a real server: what is known of its keys, when, and when nothing is known any more. */
import { describe, expect, test } from "bun:test";
import {
  type Command,
  ConnectionLost,
  Fenced,
  Follower,
  type FollowerOptions,
  raiseFence,
  Refusal,
  ServerConnection,
  UNTRACKED_COMMANDS,
  WatchingWriter,
} from "../../src/copying/mod.ts";
import { eventually } from "../support/eventually.ts";
import { reasonToSkip } from "../support/programs.ts";
import { RedisServer } from "../support/redis_server.ts";
import { addressOf, connectTo, Ending } from "./copying.ts";

/** Follows all keys. */
function follow(
  redis: RedisServer,
  signal: AbortSignal,
  options: Partial<FollowerOptions> = {},
): Promise<Follower> {
  const limits = { keys: 1_000_000, bytes: 100_000_000 };
  return Follower.start(addressOf(redis), { bucketOf: () => 0, limits, signal, ...options });
}

async function dirtyOf(follower: Follower): Promise<string[]> {
  await follower.barrier();
  return follower.take(1000).map(String).toSorted();
}

/** What each of them makes dirty, run in this order; the stream `s` has a group `g` with two pending entries. */
const TRACKED: [command: Command, dirty: string[]][] = [
  [["SET", "a", "1"], ["a"]],
  [["GET", "a"], []],
  [["DEL", "none"], []],
  [["RENAME", "a", "b"], ["a", "b"]],
  [["COPY", "b", "c"], ["c"]],
  [["PEXPIRE", "c", 100_000], ["c"]],
  [["PERSIST", "c"], ["c"]],
  [["GETEX", "c", "PX", 100_000], ["c"]],
  [["MOVE", "c", 5], ["c"]],
  [["EVAL", "redis.call('set', 'undeclared', 1) return redis.call('append', KEYS[1], 'x')", 1, "b"], [
    "b",
    "undeclared",
  ]],
  [["PFADD", "hll", "x"], ["hll"]],
  [["PFCOUNT", "hll"], ["hll"]],
  [["SORT", "hll-none", "STORE", "sorted"], []],
  [["XADD", "s", "9-9", "f", "v"], ["s"]],
  [["XDEL", "s", "9-9"], ["s"]],
  [["XGROUP", "CREATE", "made", "g", "$", "MKSTREAM"], ["made"]],
];

const UNTRACKED: Command[] = [
  ["XREADGROUP", "GROUP", "g", "alice", "COUNT", 1, "STREAMS", "s", ">"],
  ["XACK", "s", "g", "1-1"],
  ["XCLAIM", "s", "g", "bob", 0, "1-2"],
  ["XAUTOCLAIM", "s", "g", "carol", 0, "0"],
  ["XGROUP", "CREATE", "s", "h", "0"],
  ["XGROUP", "CREATECONSUMER", "s", "h", "dora"],
  ["XGROUP", "DELCONSUMER", "s", "h", "dora"],
  ["XGROUP", "SETID", "s", "h", "$"],
  ["XGROUP", "DESTROY", "s", "h"],
  ["XSETID", "s", "7-7"],
];

async function makeStream(client: ServerConnection): Promise<void> {
  for (const id of ["1-1", "1-2", "1-3"]) await client.call("XADD", "s", id, "f", "v");
  await client.call("XGROUP", "CREATE", "s", "g", "0");
  await client.call("XREADGROUP", "GROUP", "g", "alice", "COUNT", 2, "STREAMS", "s", ">");
}

describe.skipIf(reasonToSkip("redis-server") !== null)("Follower", () => {
  test("knows of every change by whatever command", async () => {
    using ending = new Ending();
    await using redis = await RedisServer.start();
    const client = await connectTo(redis, ending.signal);
    const follower = await follow(redis, ending.signal);
    for (const [command, dirty] of TRACKED) {
      await client.call(...command);
      expect([command[0], await dirtyOf(follower)]).toEqual([command[0], dirty]);
    }
    await client.pipeline([["MULTI"], ["SET", "x", "1"], ["SET", "y", "1"], ["EXEC"]]);
    expect(await dirtyOf(follower)).toEqual(["x", "y"]);
    await client.call("SET", "brief", "1", "PX", 1);
    expect(await dirtyOf(follower)).toContain("brief");
    await eventually("it has ended", async () => (await dirtyOf(follower)).includes("brief"));
  });

  test("knows nothing of the commands of its list, which are all there are", async () => {
    using ending = new Ending();
    await using redis = await RedisServer.start();
    const client = await connectTo(redis, ending.signal);
    await makeStream(client);
    const follower = await follow(redis, ending.signal);
    for (const command of UNTRACKED) {
      const before = String(await client.call("DUMP", "s"));
      await client.call(...command);
      expect(String(await client.call("DUMP", "s"))).not.toBe(before);
      expect([command.slice(0, 2), await dirtyOf(follower)]).toEqual([command.slice(0, 2), []]);
    }
    expect([...new Set(UNTRACKED.map(([name]) => String(name)))].toSorted()).toEqual([...UNTRACKED_COMMANDS]);
    follower.report(Buffer.from("s"));
    expect(await dirtyOf(follower)).toEqual(["s"]);
  });

  test("its barrier comes behind every change that was answered before, and there is something to wait for", async () => {
    using ending = new Ending();
    await using redis = await RedisServer.start();
    const follower = await follow(redis, ending.signal);
    const clients = await Promise.all(Array.from({ length: 20 }, () => connectTo(redis, ending.signal)));
    await clients[0]!.call("SET", "large", Buffer.alloc(2_000_000));
    let early = 0;
    const seen = new Set<string>();
    const look = () => follower.take(100_000).forEach((key) => seen.add(String(key)));
    const missed: string[] = [];
    await Promise.all(clients.map(async (client, c) => {
      for (let i = 0; i < 60; i++) {
        const key = `${c}.${i}`;
        // A reply that fills the socket has the next one sent at another moment.
        await client.pipeline([...(i % 20 === 0 ? [["GET", "large"]] : []), ["SET", key, "1"]]);
        look();
        if (!seen.has(key)) early++;
        await follower.barrier();
        look();
        if (!seen.has(key)) missed.push(key);
      }
    }));
    expect(missed).toEqual([]);
    expect(early).toBeGreaterThan(0);
  });

  test("is not told of what its own connection writes, but of what scripts do", async () => {
    using ending = new Ending();
    await using redis = await RedisServer.start();
    const follower = await follow(redis, ending.signal);
    await follower.connection.call("SET", "a", "1");
    await follower.connection.pipeline([["MULTI"], ["UNLINK", "a"], ["EXEC"]]);
    await redis.command("SET", "c", "1");
    expect(await dirtyOf(follower)).toEqual(["c"]);
    await follower.connection.call("EVAL", "return redis.call('set', KEYS[1], 1)", 1, "b");
    expect(await dirtyOf(follower)).toEqual(["b"]);
  });

  test("is not told of what is written through it in a controller's name", async () => {
    using ending = new Ending();
    await using redis = await RedisServer.start();
    const fence = { generation: 1, epoch: 1 };
    const client = await connectTo(redis, ending.signal);
    await raiseFence(client, fence);
    const follower = await follow(redis, ending.signal);
    const writer = new WatchingWriter(follower.connection, fence);
    await writer.write(0, [["SET", "a", "1"], ["SET", "b", "1"]]);
    await writer.write(3, [["UNLINK", "a"], ["SET", "c", "1"]]);
    await writer.write(3, []);
    expect(await dirtyOf(follower)).toEqual([]);
    const refusal = await writer.write(0, [["INCR", "a"], ["LPUSH", "a", "1"]]).catch((error) => error);
    expect([refusal instanceof Refusal, refusal.code]).toEqual([true, "WRONGTYPE"]);
    const malformed = await writer.write(0, [["INCR"]]).catch((error) => error);
    expect(malformed).toBeInstanceOf(Refusal);
    await raiseFence(client, { generation: 1, epoch: 2 });
    expect(await writer.write(0, [["SET", "a", "late"]]).catch((error) => error)).toBeInstanceOf(Fenced);
    expect(await redis.command("GET", "a")).toBe("2");
  });

  test("what is written through it is refused when the fence rises between the look and the writing", async () => {
    using ending = new Ending();
    await using redis = await RedisServer.start();
    const client = await connectTo(redis, ending.signal);
    await raiseFence(client, { generation: 1, epoch: 1 });
    const follower = await follow(redis, ending.signal);
    const rising = Object.assign(Object.create(follower.connection), {
      pipeline: async (commands: Command[]) => {
        if (commands[0]![0] === "MULTI") await raiseFence(client, { generation: 1, epoch: 2 });
        return await follower.connection.pipeline(commands);
      },
      select: (database: number) => follower.connection.select(database),
    }) as ServerConnection;
    const writer = new WatchingWriter(rising, { generation: 1, epoch: 1 });
    expect(await writer.write(0, [["SET", "a", "late"]]).catch((error) => error)).toBeInstanceOf(Fenced);
    expect(await redis.command("EXISTS", "a")).toBe(0);
  });

  test("makes itself known, and says whose password is wrong", async () => {
    using ending = new Ending();
    await using redis = await RedisServer.start({ password: "secret" });
    await redis.command("ACL", "SETUSER", "mover", "on", ">other", "~*", "&*", "+@all");
    const server = addressOf(redis);
    const options = { bucketOf: () => 0, limits: { keys: 10, bytes: 100 }, signal: ending.signal };
    for (const [user, password] of [[null, "secret"], ["mover", "other"]] as const) {
      const follower = await Follower.start({ ...server, user, password }, options);
      const client = await ServerConnection.open({ ...server, user, password }, {
        resp: 2,
        name: "test",
        signal: ending.signal,
      });
      await client.call("SET", "a", "1");
      expect(await dirtyOf(follower)).toEqual(["a"]);
    }
    for (const password of [null, "wrong"]) {
      const error = await Follower.start({ ...server, password }, options).catch((reason) => reason);
      expect(error).toBeInstanceOf(Refusal);
      expect(error.message).toMatch(/^(NOAUTH|WRONGPASS)/);
    }
  });

  test("leaves out keys of no bucket, and gives back each key once", async () => {
    using ending = new Ending();
    await using redis = await RedisServer.start();
    const bucketOf = (key: Buffer) => key.toString().startsWith("mine") ? key.length : -1;
    const follower = await follow(redis, ending.signal, { bucketOf });
    for (const key of ["mine:1", "other", "mine:1", "mine:22", "mine:1"]) await redis.command("INCR", key);
    await follower.barrier();
    expect(follower.changes).toBeGreaterThanOrEqual(2);
    expect(await dirtyOf(follower)).toEqual(["mine:1", "mine:22"]);
    expect(await dirtyOf(follower)).toEqual([]);
  });

  test("asks for a scan when too many keys are dirty, or the server was emptied, and knows again from there", async () => {
    using ending = new Ending();
    await using redis = await RedisServer.start();
    const follower = await follow(redis, ending.signal, { limits: { keys: 10, bytes: 1000 } });
    for (let i = 0; i < 11; i++) await redis.command("SET", `k${i}`, "1");
    await follower.barrier();
    expect([follower.mustScan, follower.size]).toEqual([true, 0]);
    follower.beginScan();
    await redis.command("SET", "later", "1");
    expect([follower.mustScan, await dirtyOf(follower)]).toEqual([false, ["later"]]);
    for (const flush of ["FLUSHDB", "FLUSHALL"]) {
      await redis.command(flush);
      await follower.barrier();
      expect(follower.mustScan).toBe(true);
      follower.beginScan();
    }
    await redis.command("SET", "x".repeat(1001), "1");
    await follower.barrier();
    expect(follower.mustScan).toBe(true);
  });

  test("knows nothing any more once its connection is gone, or its server no primary", async () => {
    using ending = new Ending();
    await using redis = await RedisServer.start();
    const cut = await follow(redis, ending.signal);
    await redis.command("CLIENT", "KILL", "TYPE", "normal");
    await eventually("it is lost", () => cut.lost.aborted);
    expect(() => cut.take(1)).toThrow(ConnectionLost);
    expect(await cut.barrier().catch((error) => error)).toBeInstanceOf(ConnectionLost);

    const demoted = await follow(redis, ending.signal);
    await redis.command("REPLICAOF", "127.0.0.1", "1");
    const error = await demoted.barrier().catch((reason) => reason);
    expect(error).toBeInstanceOf(ConnectionLost);
    expect(error.message).toContain("is no primary, but a slave");
    expect(await follow(redis, ending.signal).catch((reason) => reason)).toBeInstanceOf(ConnectionLost);
    await redis.command("REPLICAOF", "NO", "ONE");

    const killed = await follow(redis, ending.signal);
    await redis.kill();
    await eventually("it is lost", () => killed.lost.aborted);
  });

  test("ends with its signal, also while it waits", async () => {
    const giveUp = new AbortController();
    await using redis = await RedisServer.start();
    const follower = await follow(redis, giveUp.signal);
    await redis.freeze();
    const waiting = follower.barrier().catch((error) => error);
    const starting = follow(redis, giveUp.signal).catch((error) => error);
    const reason = new Error("enough");
    giveUp.abort(reason);
    expect([await waiting, await starting]).toEqual([reason, reason]);
    expect(await follow(redis, giveUp.signal).catch((error) => error)).toBe(reason);
    redis.thaw();
  });
});
