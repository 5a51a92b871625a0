/**
 * Limits of requests and bytes per second: what a client asks too much waits, and neither order nor replies suffer.
 * The limits here are so low that what goes beyond them would take hours, unless a reload lifts them.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { MemcachedServer } from "../support/memcached_server.ts";
import type { OptionTexts } from "../support/pool_config.ts";
import { reasonToSkip } from "../support/programs.ts";
import { memcachedStats } from "../support/quiet.ts";
import type { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import type { RespValue } from "../support/resp.ts";
import { Fleet } from "./fleet.ts";
import { reload } from "./reloading.ts";
import { ReplicaFleet } from "./replica_fleet.ts";

const MANY = 2000;
const SECRET = createHash("sha256").update("secret").digest("hex");
const USERS = { app: `on #${SECRET} ~* &* +@all`, ops: `on #${SECRET} ~* &* +@all` };

/** A fleet in which user `app` is limited, and a client of `ops`, which is not. */
async function start(
  shards: number,
  limits: Record<string, Record<string, number>>,
  workers = 1,
  more: OptionTexts = {},
): Promise<{ fleet: Fleet<RedisServer>; ops: RawClient }> {
  const options = { users: USERS, admin_commands: true, ...limits, ...more };
  const fleet = await Fleet.start(await RedisServer.startMany(shards), { options, workers });
  return { fleet, ops: await login(fleet, "ops") };
}

async function login(fleet: Fleet<RedisServer>, user: string, version = 2): Promise<RawClient> {
  const client = await fleet.connect();
  if (version === 2) expect(await client.command("AUTH", user, "secret")).toBe("OK");
  else await client.command("HELLO", 3, "AUTH", user, "secret");
  return client;
}

async function figure(client: RawClient, field: string): Promise<number> {
  const info = String(await client.command("INFO", "stats"));
  return Number(new RegExp(`^${field}:(\\d+)\r$`, "m").exec(info)?.[1]);
}

/** Has the fleet read its configuration without limits. */
async function lift(fleet: Fleet<RedisServer> | Fleet<MemcachedServer>): Promise<void> {
  const limited = readFileSync(fleet.proxy.configFile, "utf8");
  await reload(fleet.proxy, limited.replaceAll(/^.*_per_second: .*\n/gm, ""));
}

/** Many requests of all kinds at once: plain, split, and in transactions. */
function sendMany(client: RawClient): void {
  for (let i = 0; i < MANY; i += 4) {
    client.send("INCRBY", "counter", i === 0 ? 1 : 4);
    client.send("MSET", `a${i}`, i + 2, `b${i}`, i + 2);
    client.send("MGET", "none", `b${i}`);
    client.send("MULTI");
    client.send("SET", `c${i}`, i);
    client.send("EXEC");
  }
}

/** Expects the replies to `sendMany`, in order. */
async function expectAll(client: RawClient): Promise<void> {
  const replies = await client.readReplies(MANY / 4 * 6);
  const wanted = Array.from({ length: MANY / 4 }, (_, n) => {
    const i = n * 4;
    return [i + 1, "OK", [null, String(i + 2)], "OK", "QUEUED", ["OK"]] as RespValue[];
  });
  expect(replies).toEqual(wanted.flat());
}

describe.skipIf(reasonToSkip("redis-server") !== null)("the limit of a user", () => {
  test.each([[1, 2], [1, 3], [3, 2], [3, 3]])(
    "has a pipeline wait, over %d servers in RESP%d, refuses nothing and loses nothing",
    async (shards, version) => {
      const { fleet, ops } = await start(shards, { requests_per_second: { app: 10 } });
      await using _ = fleet;
      using app = await login(fleet, "app", version);
      sendMany(app);
      await eventually("it waits", async () => await figure(ops, "throttled_clients") === 1);
      expect(await figure(ops, "throttles")).toBeGreaterThan(0);
      expect(Number(await ops.command("GET", "counter"))).toBeLessThan(MANY / 2);
      await lift(fleet);
      await expectAll(app);
      await eventually("nobody waits", async () => await figure(ops, "throttled_clients") === 0);
    },
  );

  test("is all its clients' together and nobody else's; who comes late waits too, and one that leaves is no harm", async () => {
    const { fleet, ops } = await start(2, { requests_per_second: { app: 1 } });
    await using _ = fleet;
    using first = await login(fleet, "app");
    first.send("INCR", "first");
    expect(await first.readReply()).toBe(1);
    using second = await login(fleet, "app");
    second.send("INCR", "second");
    second.send("INCR", "second");
    using third = await login(fleet, "app");
    third.send("INCR", "third");
    await eventually("all wait", async () => await figure(ops, "throttled_clients") >= 2);
    third.reset();
    for (let i = 0; i < 300; i++) expect(await ops.command("INCR", "ops")).toBe(i + 1);
    await lift(fleet);
    expect(await second.readReplies(2)).toEqual([1, 2]);
    expect(await first.command("GET", "second")).toBe("2");
  });

  test("is one of bytes, too: what a large request or reply took too much is waited for", async () => {
    const { fleet, ops } = await start(2, { bytes_per_second: { app: 1000 } });
    await using _ = fleet;
    using app = await login(fleet, "app");
    const value = "x".repeat(500_000);
    app.send("SET", "large", value);
    expect(await app.readReply()).toBe("OK");
    app.send("GET", "large");
    app.send("GETRANGE", "large", 0, 2);
    await eventually("it waits", async () => await figure(ops, "throttled_clients") === 1);
    expect(await ops.command("STRLEN", "large")).toBe(500_000);
    await lift(fleet);
    expect(await app.readReplies(2)).toEqual([value, "xxx"]);
  });

  test("does not make who waits for it idle, and a client that has quit gets what it asked for before", async () => {
    const { fleet, ops } = await start(1, { bytes_per_second: { app: 1000 } }, 1, {
      client_idle_timeout: 1000,
    });
    await using _ = fleet;
    ops.close();
    using app = await login(fleet, "app");
    app.send("SET", "a", "x".repeat(3500));
    app.send("STRLEN", "a");
    app.send("QUIT");
    app.halfClose();
    expect((await app.readUntilClose()).toString()).toBe("+OK\r\n:3500\r\n+OK\r\n");
  });

  test("holds for clients that read from replicas, too", async () => {
    const options = {
      users: USERS,
      admin_commands: true,
      requests_per_second: { app: 10 },
      read_from: "replica",
    };
    await using group = await ReplicaFleet.start(1, { replicas: 1, options });
    const { fleet } = group;
    using ops = await login(fleet, "ops");
    using app = await login(fleet, "app");
    for (let i = 0; i < MANY; i++) app.send("GET", "key");
    await eventually("it waits", async () => await figure(ops, "throttled_clients") === 1);
    await lift(fleet);
    expect((await app.readReplies(MANY)).every((reply) => reply === null)).toBeTrue();
  });

  test("is divided by the workers", async () => {
    const { fleet, ops } = await start(1, { requests_per_second: { app: 400 } }, 2);
    await using _ = fleet;
    using app = await login(fleet, "app");
    for (let i = 0; i < 300; i++) app.send("PING");
    expect((await app.readReplies(300)).every((reply) => reply === "PONG")).toBeTrue();
    expect(await figure(ops, "throttles")).toBeGreaterThan(0);
  });
});

describe.skipIf(reasonToSkip("memcached") !== null)("a memcached pool with guard rails", () => {
  test("denies commands, refuses writes, and counts it", async () => {
    const servers = await MemcachedServer.startMany(2);
    const options = { redis: false, deny: ["flush_all", "gat"], read_only: true };
    await using fleet = await Fleet.start(servers, { options });
    using client = await fleet.connect();
    const denied = (name: string) => `SERVER_ERROR ${name} is on the deny list of pool 'main'`;
    const written = (name: string) => `SERVER_ERROR pool 'main' is read-only, and this ${name} writes`;
    const cases: [request: string, lines: string[]][] = [
      ["flush_all", [denied("flush_all")]],
      ["gat 0 key", [denied("gat")]],
      ["set key 0 0 9\r\nget other", [written("set")]],
      ["set key 0 0 1 noreply\r\nx\r\nget key", ["END"]],
      ["mg key v", ["EN"]],
      ["mg key v N30", [written("mg")]],
      ["ms key 1\r\nx", [written("ms")]],
      ["md key q\r\nmn", [written("md"), "MN"]],
      ["incr key", ["ERROR"]],
      ["get a b c", ["END"]],
    ];
    for (const [request, lines] of cases) {
      client.write(`${request}\r\n`);
      for (const line of lines) expect([request, await client.readLine()]).toEqual([request, line]);
    }
    const figures = await memcachedStats(client);
    expect([figures.get("denied_commands"), figures.get("refused_writes")]).toEqual(["2", "5"]);
  });

  test("has clients wait for its limit, without loss, and lets them go when it is lifted", async () => {
    const servers = await MemcachedServer.startMany(2);
    const options = { redis: false, requests_per_second: { default: 10 } };
    await using fleet = await Fleet.start(servers, { options });
    using client = await fleet.connect();
    const value = "x".repeat(3000);
    for (let i = 0; i < 500; i++) client.write(`set key${i} 0 0 3000\r\n${value}\r\nget key${i}\r\n`);
    for (let i = 0; i < 4; i++) await client.readLine();
    await lift(fleet);
    let stored = 1;
    for (let ends = 1; ends < 500;) {
      const line = await client.readLine();
      if (line === "STORED") stored++;
      if (line === "END") ends++;
    }
    expect(stored).toBe(500);
    expect(Number((await memcachedStats(client)).get("throttles"))).toBeGreaterThan(0);
  });
});
