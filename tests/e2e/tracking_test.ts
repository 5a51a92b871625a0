/** CLIENT TRACKING: what it says is what a server says, when clients are told, and what is refused. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { BasicClientSideCache, createClient } from "redis";
import { eventually } from "../support/eventually.ts";
import { reasonToSkip } from "../support/programs.ts";
import type { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import { freePort } from "../support/free_port.ts";
import { poolConfig } from "../support/pool_config.ts";
import { startSennit } from "../support/sennit.ts";
import { RespError, RespPush } from "../support/resp.ts";
import { Fleet } from "./fleet.ts";
import { reload } from "./reloading.ts";
import { RedisTwin } from "./redis_twin.ts";

const skip = reasonToSkip("redis-server") !== null;

/** Command lines whose replies are those of a server, to the byte. */
const SAID = `
CLIENT TRACKINGINFO
CLIENT CACHING YES
CLIENT TRACKING ON PREFIX a
CLIENT TRACKING ON OPTIN OPTOUT
CLIENT TRACKING ON BCAST OPTIN
CLIENT TRACKING ON BCAST PREFIX a PREFIX ab
CLIENT TRACKING ON BCAST PREFIX a PREFIX a
CLIENT TRACKING OFF
CLIENT TRACKING ON OPTIN
CLIENT TRACKING ON OPTIN
CLIENT TRACKING ON BCAST
CLIENT TRACKING ON OPTOUT
CLIENT CACHING NO
CLIENT CACHING MAYBE
CLIENT CACHING YES
CLIENT TRACKINGINFO
CLIENT TRACKINGINFO
MULTI
GET k
EXEC
CLIENT TRACKINGINFO
CLIENT GETREDIR
CLIENT TRACKING OFF
CLIENT TRACKING ON OPTOUT
CLIENT CACHING YES
CLIENT CACHING NO
NOSUCH
CLIENT TRACKINGINFO
CLIENT CACHING NO
GET k
CLIENT TRACKINGINFO
CLIENT TRACKING ON
CLIENT TRACKINGINFO
CLIENT CACHING NO
CLIENT TRACKING OFF
CLIENT GETREDIR
CLIENT TRACKING ON BCAST PREFIX b PREFIX a
CLIENT TRACKING ON BCAST PREFIX abc
CLIENT TRACKING ON BCAST PREFIX c
CLIENT TRACKINGINFO
CLIENT TRACKING ON
CLIENT TRACKING OFF
CLIENT TRACKING ON BCAST
CLIENT TRACKINGINFO
CLIENT TRACKING ON BCAST PREFIX x
RESET
CLIENT TRACKINGINFO
CLIENT TRACKING MAYBE
CLIENT TRACKING ON MAYBE
CLIENT TRACKING ON PREFIX
`.trim().split("\n").map((line) => line.split(" "));

const REFUSED: readonly (readonly [words: string, text: string])[] = [
  ["CLIENT TRACKING ON", "ERR CLIENT TRACKING takes RESP3 (HELLO 3): "],
  ["CLIENT TRACKING ON BCAST", "ERR CLIENT TRACKING takes RESP3 (HELLO 3): "],
  ["CLIENT TRACKING ON REDIRECT 1", "ERR CLIENT TRACKING with REDIRECT names another connection"],
  ["CLIENT TRACKING ON NOLOOP BCAST", "ERR CLIENT TRACKING with NOLOOP needs servers to say who"],
];

let fleet: Fleet<RedisServer>;

beforeAll(async () => {
  fleet = await Fleet.start(await RedisServer.startMany(2), { options: { hash_tag: "{}" } });
});
afterAll(() => fleet[Symbol.asyncDispose]());

async function tracking(...options: string[]): Promise<RawClient> {
  const client = await fleet.connect();
  await client.command("HELLO", "3");
  expect(await client.command("CLIENT", "TRACKING", "ON", ...options)).toBe("OK");
  return client;
}

function invalidate(...keys: string[]): RespPush {
  return new RespPush(["invalidate", keys]);
}

describe.skipIf(skip)("CLIENT TRACKING", () => {
  test("says what a server says", async () => {
    await using twin = await RedisTwin.start(1);
    await twin.same(SAID, undefined, 3);
  });

  test.each(REFUSED)("refuses %p with its reason", async (words, text) => {
    using client = await fleet.connect();
    const reply = await client.command(...words.split(" "));
    expect(reply).toBeInstanceOf(RespError);
    expect((reply as RespError).message).toStartWith(text);
    expect(await client.command("CLIENT", "TRACKING", "OFF")).toBe("OK");
  });

  test("tells a client at once while it waits for data", async () => {
    using client = await tracking();
    using writer = await fleet.connect();
    expect(await client.command("GET", "{a}1")).toBe(null);
    client.send("BLPOP", "{a}none", "0");
    await eventually(
      "it waits",
      async () => /blocked_clients:1\r/.test(String(await writer.command("INFO"))),
    );
    await writer.command("SET", "{a}1", "v");
    expect(await client.readReply()).toEqual(invalidate("{a}1"));
    await writer.command("LPUSH", "{a}none", "x");
    expect(await client.readReply()).toEqual(["{a}none", "x"]);
  });

  test("tells of what was read, once, and of what has a prefix, each time", async () => {
    using reader = await tracking();
    using listener = await tracking("BCAST", "PREFIX", "{a}");
    using writer = await fleet.connect();
    for (const key of ["{a}2", "{b}2"]) await reader.command("GET", key);
    for (const key of ["{a}2", "{b}2", "{a}3"]) await writer.command("SET", key, "v");
    const told = await reader.readReplies(2);
    expect(told.toSorted()).toEqual([invalidate("{a}2"), invalidate("{b}2")].toSorted());
    expect(await listener.readReplies(2)).toEqual([invalidate("{a}2"), invalidate("{a}3")]);
    await writer.command("SET", "{a}2", "w");
    expect(await listener.readReply()).toEqual(invalidate("{a}2"));
    for (const client of [reader, listener]) {
      expect(await client.command("CLIENT", "TRACKING", "OFF")).toBe("OK");
    }
    for (const client of [reader, listener]) {
      await client.command("GET", "{a}2");
      await writer.command("SET", "{a}2", "x");
      expect(await client.command("PING")).toBe("PONG");
    }
  });

  test("tells clients to keep nothing when a server can't be listened to, and again once it can", async () => {
    using client = await tracking();
    using writer = await fleet.connect();
    await client.command("GET", "{a}4");
    const owner = fleet.servers[fleet.ownerOf("{a}4")]!;
    const list = String(await owner.command("CLIENT", "LIST"));
    const line = list.split("\n").find((line) => / flags=\w*t/.test(line))!;
    await owner.command("CLIENT", "KILL", "ID", /^id=(\d+)/.exec(line)![1]!);
    const anything = new RespPush(["invalidate", null]);
    expect(await client.readReplies(2)).toEqual([anything, anything]);
    expect(fleet.logged("tracking.gap").length).toBe(1);
    await eventually("the log says that it is over", () => fleet.logged("tracking.resumed").length === 1);
    await client.command("GET", "{a}4");
    await writer.command("SET", "{a}4", "v");
    expect(await client.readReply()).toEqual(invalidate("{a}4"));
  });

  test("goes on when a reload changes the servers, and nothing is kept of before", async () => {
    await using stack = new AsyncDisposableStack();
    const servers = await RedisServer.startMany(3);
    for (const server of servers) stack.use(server);
    const listen = freePort();
    const text = (...indexes: number[]) => {
      return poolConfig({ listen, servers: indexes.map((index) => servers[index]!) });
    };
    const proxy = stack.use(await startSennit(text(0, 1)));
    using writer = await proxy.connect();
    const keys = Array.from({ length: 30 }, (_, i) => `key:${i}`);
    for (const config of [text(0, 1, 2), text(1, 2), text(2), text(0, 1)]) {
      using client = await proxy.connect();
      await client.command("HELLO", "3");
      expect(await client.command("CLIENT", "TRACKING", "ON")).toBe("OK");
      await client.command("MGET", ...keys);
      await reload(proxy, config);
      const anything = new RespPush(["invalidate", null]);
      expect(await client.readReply()).toEqual(anything);
      const told = new Set<string>();
      // A new server is listened to a moment later; until then nothing is to be kept.
      await eventually("each change is told", async () => {
        client.send("MGET", ...keys);
        client.send("PING");
        while (await client.readReply() !== "PONG");
        for (const key of keys) await writer.command("SET", key, "v");
        client.send("ECHO", "end");
        told.clear();
        for (let said = await client.readReply(); said !== "end"; said = await client.readReply()) {
          for (const key of (said as RespPush).items[1] as string[] | null ?? []) told.add(key);
        }
        return keys.every((key) => told.has(key));
      });
    }
  });

  test("is refused with the server's name while that is down", async () => {
    await using small = await Fleet.start(await RedisServer.startMany(1));
    using client = await small.connect();
    await client.command("HELLO", "3");
    await small.servers[0]!.stop();
    const reply = await client.command("CLIENT", "TRACKING", "ON");
    expect((reply as RespError).message).toMatch(/^ERR server .* can't be listened to: /);
    expect(String((await client.command("CLIENT", "TRACKINGINFO") as Map<string, unknown>).get("flags")))
      .toBe(String(new Set(["off"])));
  });

  test("is what node-redis's cache stands on", async () => {
    const cache = new BasicClientSideCache({ maxEntries: 100 });
    const url = `redis://127.0.0.1:${fleet.proxy.port}`;
    const client = createClient({ url, RESP: 3, clientSideCache: cache });
    const other = createClient({ url });
    await Promise.all([client.connect(), other.connect()]);
    for (let i = 0; i < 20; i++) {
      await other.set(`{c}${i % 4}`, String(i));
      await eventually("the new value is seen", async () => await client.get(`{c}${i % 4}`) === String(i));
      for (let again = 0; again < 5; again++) expect(await client.get(`{c}${i % 4}`)).toBe(String(i));
    }
    expect(cache.stats().hitCount).toBeGreaterThan(50);
    await Promise.all([client.close(), other.close()]);
  });
});
