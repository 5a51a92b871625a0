/** Reads that go to replicas: which do and which never do, and what a session is sure to see. */
import { describe, expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { reasonToSkip } from "../support/programs.ts";
import { untilQuiet } from "../support/quiet.ts";
import type { RawClient } from "../support/raw_client.ts";
import { RespError } from "../support/resp.ts";
import { pipeline } from "../support/resp_encoder.ts";
import { callsOf, ReplicaFleet, resetCalls } from "./replica_fleet.ts";

const OPTIONS = { hash_tag: "{}", timeout: 5000, admin_commands: true };

/** How often servers ran a command, together. */
async function calls(servers: readonly Parameters<typeof callsOf>[0][], command: string): Promise<number> {
  const all = await Promise.all(servers.map(callsOf));
  return all.reduce((sum, each) => sum + (each[command] ?? 0), 0);
}

/** Writes keys of all shards and waits until they may be read from replicas. */
async function fill(groups: ReplicaFleet, client: RawClient, keys: readonly string[]): Promise<void> {
  for (const key of keys) expect(await client.command("SET", key, `value of ${key}`)).toBe("OK");
  for (const key of keys) await groups.untilReadThere(() => client.command("GET", key));
}

describe.skipIf(reasonToSkip("redis-server") !== null)("Three primaries with two replicas each", () => {
  test("answer reads from replicas, in RESP2 and RESP3, and writes themselves", async () => {
    await using groups = await ReplicaFleet.start(3, { replicas: 2, options: OPTIONS });
    const { fleet, all } = groups;
    const keys = [0, 1, 2].flatMap((server) => [0, 1, 2, 3].map((i) => fleet.keyOn(server, `key ${i}`)));
    using client = await fleet.connect();
    await fill(groups, client, keys);
    await resetCalls([...fleet.servers, ...all]);

    for (const version of ["2", "3"]) {
      using reader = await fleet.connect();
      await reader.command("HELLO", version);
      reader.write(pipeline(keys.map((key) => ["GET", key])));
      expect(await reader.readReplies(keys.length)).toEqual(keys.map((key) => `value of ${key}`));
      expect(await reader.command("MGET", ...keys)).toEqual(keys.map((key) => `value of ${key}`));
      expect(await reader.command("EXISTS", ...keys, "nowhere")).toBe(keys.length);
      expect(await reader.command("STRLEN", keys[0]!)).toBe(`value of ${keys[0]}`.length);
      expect(await reader.command("TYPE", keys[1]!)).toBe("string");
      expect(await reader.command("GET", "nowhere at all")).toBe(null);
    }
    for (const command of ["get", "mget", "exists", "strlen", "type"]) {
      expect([command, await calls(fleet.servers, command)]).toEqual([command, 0]);
      expect(await calls(all, command)).toBeGreaterThan(0);
    }
    // Each of a group's replicas has its part.
    for (const replica of all) expect((await callsOf(replica))["get"]).toBeGreaterThan(0);
    await client.command("LPUSH", "{tag}l", "b", "a");
    expect(await client.command("SORT", "{tag}l", "ALPHA", "STORE", "{tag}sorted")).toBe(2);
    expect(await client.command("LRANGE", "{tag}sorted", "0", "-1")).toEqual(["a", "b"]);
  }, 60_000);

  test(
    "never ask replicas for what has a cursor, is the server's own, waits, or is watched or in a transaction",
    async () => {
      await using groups = await ReplicaFleet.start(1, { replicas: 2, options: OPTIONS });
      const { fleet, all } = groups;
      using client = await fleet.connect();
      const written: string[][] = [
        ["HSET", "h", "f", "v"],
        ["SADD", "s", "m"],
        ["ZADD", "z", "1", "m"],
        ["PFADD", "p", "e"],
        ["XADD", "x", "1-1", "f", "v"],
        ["RPUSH", "l", "e"],
        ["SET", "k", "v"],
      ];
      for (const command of written) await client.command(...command);
      await groups.untilReadThere(() => client.command("GET", "k"));
      // The first one is a write, which is replicated.
      await client.command("PFCOUNT", "p");
      await eventually("the replicas have it", async () => await calls(all, "pfcount") === all.length);
      await resetCalls([...fleet.servers, ...all]);

      const never: string[][] = [
        ["SCAN", "0"],
        ["HSCAN", "h", "0"],
        ["SSCAN", "s", "0"],
        ["ZSCAN", "z", "0"],
        ["RANDOMKEY"],
        ["OBJECT", "ENCODING", "k"],
        ["PFCOUNT", "p"],
        ["TOUCH", "k"],
        ["MEMORY", "USAGE", "k"],
        ["KEYS", "*"],
        ["DBSIZE"],
        ["XREAD", "BLOCK", "10", "STREAMS", "x", "0"],
        ["BLPOP", "l", "1"],
        ["EVAL_RO", "return redis.call('strlen', KEYS[1])", "1", "k"],
      ];
      for (const command of never) expect(await client.command(...command)).not.toBeInstanceOf(RespError);
      client.write(pipeline([["MULTI"], ["GET", "k"], ["HGET", "h", "f"], ["EXEC"]]));
      expect((await client.readReplies(4))[3]).toEqual(["v", "v"]);
      await client.command("WATCH", "k");
      expect(await client.command("LLEN", "l")).toBe(0);
      expect(await client.command("HLEN", "h")).toBe(1);
      await client.command("UNWATCH");

      const reads = ["scan", "hscan", "sscan", "zscan", "randomkey", "object|encoding", "pfcount", "touch"];
      const others = ["memory|usage", "keys", "dbsize", "xread", "eval_ro", "strlen", "get", "hget", "llen"];
      for (const command of [...reads, ...others, "hlen"]) {
        expect([command, await calls(all, command)]).toEqual([command, 0]);
      }
      for (const command of ["scan", "pfcount", "xread", "llen"]) {
        expect(await calls(fleet.servers, command)).toBeGreaterThan(0);
      }
      client.close();
      await untilQuiet(fleet.proxy);
    },
    60_000,
  );

  test("show a session what it has written, whatever way it was written", async () => {
    await using groups = await ReplicaFleet.start(2, { replicas: 2, options: OPTIONS });
    const { fleet } = groups;
    using client = await fleet.connect();
    using helper = await fleet.connect();
    const [here, there] = [fleet.keyOn(0, "own"), fleet.keyOn(1, "own")];
    const list = fleet.keyOn(0, "list");
    for (let i = 0; i < 200; i++) {
      const value = `v${i}`;
      client.write(pipeline([["SET", here, value], ["GET", here]]));
      expect(await client.readReplies(2)).toEqual(["OK", value]);
      client.write(pipeline([["MSET", here, `m${i}`, there, `m${i}`], ["MGET", here, there]]));
      expect(await client.readReplies(2)).toEqual(["OK", [`m${i}`, `m${i}`]]);
      client.write(pipeline([["MULTI"], ["SET", there, value], ["EXEC"], ["GET", there]]));
      expect((await client.readReplies(4))[3]).toBe(value);
      const script = "redis.call('set', KEYS[1], ARGV[1]) return ARGV[1]";
      client.write(pipeline([["EVAL", script, "1", here, `s${i}`], ["GET", here]]));
      expect(await client.readReplies(2)).toEqual([`s${i}`, `s${i}`]);
      client.write(pipeline([["DEL", here, there], ["EXISTS", here, there]]));
      expect((await client.readReplies(2))[1]).toBe(0);
    }
    for (let i = 0; i < 10; i++) {
      client.send("BLPOP", list, "5");
      await helper.command("RPUSH", list, "e");
      expect(await client.readReply()).toEqual([list, "e"]);
      expect(await client.command("LLEN", list)).toBe(0);
    }
    client.write(pipeline([["SET", here, "v"], ["FLUSHALL"], ["GET", here]]));
    expect((await client.readReplies(3))[2]).toBe(null);
  }, 60_000);

  test("READWRITE has a session read from primaries, until READONLY or RESET", async () => {
    await using groups = await ReplicaFleet.start(1, { replicas: 1, options: OPTIONS });
    const { fleet, all } = groups;
    using client = await fleet.connect();
    await client.command("SET", "k", "v");
    await groups.untilReadThere(() => client.command("GET", "k"));
    expect(await client.command("READWRITE")).toBe("OK");
    await resetCalls(all);
    for (let i = 0; i < 20; i++) expect(await client.command("GET", "k")).toBe("v");
    expect(await calls(all, "get")).toBe(0);
    expect(await client.command("READONLY")).toBe("OK");
    await groups.untilReadThere(() => client.command("GET", "k"));
    await client.command("READWRITE");
    expect(await client.command("RESET")).toBe("RESET");
    await groups.untilReadThere(() => client.command("GET", "k"));
  }, 60_000);

  test("are asked by users whose rules allow some keys too", async () => {
    const users = { reader: "on nopass ~app:* +@read +@connection" };
    await using groups = await ReplicaFleet.start(1, { replicas: 1, options: { ...OPTIONS, users } });
    using client = await groups.fleet.connect();
    expect(await client.command("AUTH", "reader", "")).toBe("OK");
    await groups.untilReadThere(() => client.command("GET", "app:1"));
    expect(await client.command("GET", "other")).toBeInstanceOf(RespError);
    const before = await groups.figure("replica_reads");
    expect(await client.command("MGET", "app:1", "app:2")).toEqual([null, null]);
    expect(await groups.figure("replica_reads")).toBe(before + 1);
  }, 60_000);
});

describe.skipIf(reasonToSkip("redis-server") !== null)("Preferences", () => {
  test("read_from: primary reads from primaries, and READONLY answers as elsewhere", async () => {
    const options = { ...OPTIONS, read_from: "primary" };
    await using groups = await ReplicaFleet.start(1, { replicas: 1, options });
    using client = await groups.fleet.connect();
    for (let i = 0; i < 20; i++) await client.command("GET", "k");
    expect(await calls(groups.all, "get")).toBe(0);
    expect(await client.command("READONLY")).toEqual(
      new RespError("ERR This instance has cluster support disabled"),
    );
    expect(await groups.views()).toMatchObject([{ state: "off" }]);
  }, 60_000);

  test("replicas of the proxy's zone are read from before others, by weight", async () => {
    const options = { ...OPTIONS, zone: "here" };
    const words = (index: number) => index === 0 ? "zone=there" : `zone=here weight=${index === 1 ? 1 : 3}`;
    await using groups = await ReplicaFleet.start(1, { replicas: 3, words, options });
    const [far, light, heavy] = groups.replicas[0]!;
    using client = await groups.fleet.connect();
    await resetCalls(groups.all);
    client.write(pipeline(Array.from({ length: 1000 }, (_, i) => ["GET", `k${i}`])));
    await client.readReplies(1000);
    expect(await calls([far!], "get")).toBe(0);
    const [few, many] = [await calls([light!], "get"), await calls([heavy!], "get")];
    expect(few + many).toBe(1000);
    expect(many / few).toBeWithin(2, 4.5);
    // Without the near ones, the far one is better than none.
    await light!.stop();
    await heavy!.stop();
    await groups.untilFit([light!, heavy!]);
    await eventually("the far one is asked", async () => {
      await client.command("GET", "k");
      return await calls([far!], "get") > 0;
    });
  }, 60_000);

  test("nearest reads from the primary where it is the nearest", async () => {
    const options = { ...OPTIONS, read_from: "nearest", zone: "here" };
    const words = () => "zone=there";
    await using far = await ReplicaFleet.start(1, { replicas: 1, words, options });
    using client = await far.fleet.connect();
    const both = async () => [await calls(far.fleet.servers, "get"), await calls(far.all, "get")];
    client.write(pipeline(Array.from({ length: 200 }, (_, i) => ["GET", `k${i}`])));
    await client.readReplies(200);
    // Nobody says where the primary is, so both are equally far.
    const [primary, replica] = await both();
    expect(primary! + replica!).toBe(200);
    expect(primary).toBeGreaterThan(40);
    expect(replica).toBeGreaterThan(40);
  }, 60_000);
});
