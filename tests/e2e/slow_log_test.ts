/** The slow log of a running proxy: which requests it has, and where their time went. */
import { describe, expect, test } from "bun:test";
import type { SlowRequest } from "../../src/stats/mod.ts";
import { eventually } from "../support/eventually.ts";
import { FakeServer, healthy } from "../support/fake_server.ts";
import { freePort } from "../support/free_port.ts";
import { MemcachedServer } from "../support/memcached_server.ts";
import type { PoolText } from "../support/pool_config.ts";
import { reasonToSkip } from "../support/programs.ts";
import { RedisServer } from "../support/redis_server.ts";
import { bulk } from "../support/resp_encoder.ts";
import type { AnyServer } from "./fleet.ts";
import { Watched } from "./watched.ts";

/** The threshold of these tests, and how long what they hold up is held up at least; milliseconds. */
const THRESHOLD = 20;
const HELD = 60;
/** Values that no system's buffers hold together. */
const VALUE = "v".repeat(8 * 1024 * 1024);
const FILLING = 4;

/** Waits as long as something is to be held up. */
async function whileHeld(): Promise<void> {
  const until = performance.now() + HELD;
  await eventually("it is held up for long enough", () => performance.now() >= until);
}

/** A proxy of one pool, which keeps slow requests. */
function start(servers: readonly AnyServer[], options: PoolText["options"] = {}): Promise<Watched> {
  const named = servers.map(({ address }, i) => `${address}:1 server${i}`);
  const pool = { listen: freePort(), servers: named, options: { hash: "murmur", ...options } };
  return Watched.start([pool], `slowlog: { threshold: ${THRESHOLD}, entries: 50 }`);
}

function sumOf({ queueMs, serverMs, deliveryMs }: SlowRequest): number {
  return queueMs + serverMs + deliveryMs;
}

/** A server that answers GETs of keys that begin with "slow" when `release` is called. */
async function startSlowServer() {
  const held: (() => void)[] = [];
  const server = await FakeServer.start((request, peer) => {
    const [, key = ""] = request;
    if (!key.startsWith("slow")) healthy(request, peer);
    else held.push(() => peer.write(bulk(key)));
  });
  const release = async (count: number) => {
    await eventually("the requests have come", () => held.length === count);
    await whileHeld();
    for (const answer of held.splice(0)) answer();
  };
  return { server, release };
}

describe("the slow log has", () => {
  test("a request that its server took long for, with key, client and server", async () => {
    const { server, release } = await startSlowServer();
    await using _ = server;
    await using watched = await start([server]);
    using client = await watched.connect();
    client.send("GET", "slow\xff\r\n");
    await release(1);
    await client.readReply();
    const log = await watched.slowLog();
    expect(log).toMatchObject([{
      pool: "main",
      server: "server0",
      command: "get",
      failure: "",
      deliveryMs: 0,
    }]);
    const [entry] = log;
    expect(entry!.client).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(entry!.serverMs).toBeGreaterThanOrEqual(HELD);
    expect(sumOf(entry!)).toBeCloseTo(entry!.totalMs, 2);
    expect(Math.abs(Date.parse(String(entry!.at)) - Date.now())).toBeLessThan(60_000);
    expect((await watched.stats()).main.slow_requests).toBe(1);
  });

  test("the key of each of many requests in one chunk, and of a large one", async () => {
    const { server, release } = await startSlowServer();
    await using _ = server;
    await using watched = await start([server]);
    using client = await watched.connect();
    for (let i = 0; i < 3; i++) client.send("GET", `slow:${i}`);
    client.send("SET", "slow:large", "v".repeat(100_000));
    await release(4);
    await client.readReplies(4);
    const shown = (await watched.slowLog()).map(({ command, key }) => `${command} ${key}`).sort();
    expect(shown).toEqual(["get slow:0", "get slow:1", "get slow:2", "set slow:large"]);
  });

  test("a fast reply that had to wait behind a slow one: its time is delivery", async () => {
    const { server, release } = await startSlowServer();
    await using other = await FakeServer.start(healthy);
    await using watched = await start([server, other]);
    using client = await watched.connect();
    const keys = [await watched.keyOn("server0", "slow"), await watched.keyOn("server1", "fast")];
    const sentAt = performance.now();
    for (const key of keys) client.send("GET", key);
    await eventually("the fast one is answered", async () => {
      return (await watched.stats()).main.server1.responses === 1;
    });
    const answeredMs = performance.now() - sentAt;
    await release(1);
    await client.readReplies(2);
    const log = await watched.slowLog();
    const fast = log.find(({ key }) => key.startsWith("fast"))!;
    expect(fast.server).toBe("server1");
    // Whatever the server took, it had answered before the reply began to be held.
    expect(fast.serverMs).toBeLessThanOrEqual(answeredMs);
    expect(fast.deliveryMs).toBeGreaterThanOrEqual(HELD);
    expect(sumOf(fast)).toBeCloseTo(fast.totalMs, 2);
    expect(log.find(({ key }) => key.startsWith("slow"))!.deliveryMs).toBe(0);
  });

  test("the slow server's part of a split request", async () => {
    await using slow = await FakeServer.start((request, peer) => {
      if (request[0] === "MGET") void whileHeld().then(() => peer.write(`*1\r\n${bulk("1")}`));
      else healthy(request, peer);
    });
    await using other = await FakeServer.start(([, ...keys], peer) => {
      peer.write(`*${keys.length}\r\n${keys.map((key) => bulk(key)).join("")}`);
    });
    await using watched = await start([slow, other]);
    using client = await watched.connect();
    const first = await watched.keyOn("server0", "key");
    const second = await watched.keyOn("server1", "key");
    await client.command("MGET", second, first);
    const log = await watched.slowLog();
    expect(log.find(({ server }) => server === "server0")).toMatchObject({ command: "mget", key: first });
  });

  test("a request that got no reply in time, and why", async () => {
    await using server = await FakeServer.start(() => {});
    await using watched = await start([server], { timeout: 100 });
    using client = await watched.connect();
    await client.command("GET", "lost");
    const log = await watched.slowLog();
    expect(log).toMatchObject([{ key: "lost", failure: "Connection timed out" }]);
    expect(log[0]!.serverMs).toBeGreaterThanOrEqual(50);
  });
});

describe.skipIf(reasonToSkip("redis-server") !== null)("behind a real server", () => {
  test("a request that waits for a server that doesn't take it has spent its time in the queue", async () => {
    await using server = await RedisServer.start();
    await using watched = await start([server], { server_outbox_high: "1gb", client_outbox_high: "1gb" });
    using client = await watched.connect();
    await client.command("PING");
    await client.command("GET", "a");
    await server.freeze();
    for (let i = 0; i < FILLING; i++) client.send("SET", "large", VALUE);
    using other = await watched.connect();
    other.send("GET", "late");
    await eventually("the server's buffers are full", async () => {
      const { main } = await watched.stats();
      return main.requests === 2 + FILLING + 1 && main.server0.in_queue_bytes > VALUE.length;
    });
    await whileHeld();
    server.thaw();
    await other.readReply();
    const late = (await watched.slowLog()).find(({ key }) => key === "late")!;
    expect(late.queueMs).toBeGreaterThanOrEqual(HELD);
    expect(sumOf(late)).toBeCloseTo(late.totalMs, 2);
  });

  test("a transaction has the first of its keys", async () => {
    await using server = await RedisServer.start();
    await using watched = await start([server]);
    using client = await watched.connect();
    await client.command("PING");
    await client.command("MULTI");
    await client.command("PING");
    await client.command("SET", "first", "1");
    await client.command("GET", "first");
    await server.freeze();
    client.send("EXEC");
    await whileHeld();
    server.thaw();
    await client.readReply();
    expect((await watched.slowLog()).find(({ command }) => command === "exec")!.key).toBe("first");
  });

  test("SLOWLOG gives it to clients, if the pool lets them", async () => {
    await using server = await RedisServer.start();
    await using watched = await start([server], { admin_commands: true });
    using client = await watched.connect();
    await client.command("SET", "key", "value");
    await client.command("SLOWLOG", "RESET");
    await server.freeze();
    client.send("GET", "key");
    await whileHeld();
    server.thaw();
    await client.readReply();
    expect(await client.command("SLOWLOG", "LEN")).toBe(1);
    const [entry] = (await client.command("SLOWLOG", "GET")) as unknown[][];
    expect(entry!.slice(3)).toEqual([["GET", "key"], expect.stringMatching(/^127\.0\.0\.1:\d+$/), ""]);
    expect(Number(entry![2])).toBeGreaterThanOrEqual(THRESHOLD * 1000);
    expect(await client.command("SLOWLOG", "GET", "0")).toEqual([]);
    expect(String(Bun.inspect(await client.command("SLOWLOG", "GET", "x")))).toContain("count should be");
    expect(await client.command("SLOWLOG", "RESET")).toBe("OK");
    expect(await client.command("SLOWLOG", "LEN")).toBe(0);
  });

  test("SLOWLOG says what it takes where it is not let", async () => {
    await using server = await RedisServer.start();
    await using watched = await start([server]);
    using client = await watched.connect();
    expect(Bun.inspect(await client.command("SLOWLOG", "GET"))).toContain("admin_commands: true");
  });
});

describe.skipIf(reasonToSkip("memcached") !== null)("behind memcached", () => {
  test("a request has its key, plain and of several", async () => {
    await using server = await MemcachedServer.start();
    await using watched = await start([server], { redis: false });
    using client = await watched.connect();
    client.write("set k 0 0 1\r\n1\r\n");
    await client.readLine();
    await server.freeze();
    client.write("get k\r\nget one two\r\n");
    await whileHeld();
    server.thaw();
    for (let ends = 0; ends < 2;) if (await client.readLine() === "END") ends++;
    const shown = (await watched.slowLog()).filter(({ command }) => command === "get").map(({ key }) => key);
    expect(shown.sort()).toEqual(["k", "one"]);
  });
});
