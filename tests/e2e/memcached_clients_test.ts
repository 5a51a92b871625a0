/** The client libraries memcached and memcache-client connect with default settings and do ordinary work. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { MemcacheClient } from "memcache-client";
import Memcached from "memcached";
import { MemcachedServer } from "../support/memcached_server.ts";
import { reasonToSkip } from "../support/programs.ts";
import { untilMemcachedQuiet } from "../support/quiet.ts";
import { Fleet } from "./fleet.ts";

const KEYS = Array.from({ length: 50 }, (_, i) => `user:${i}`);
const LARGE = "0123456789abcdef".repeat(100 * 1024 / 16);
const BINARY = Buffer.from(Array.from({ length: 4096 }, (_, i) => i % 256));
const HOUR = 3600;

let fleet: Fleet<MemcachedServer>;
const skip = reasonToSkip("memcached") !== null;

beforeAll(async () => {
  if (!skip) fleet = await Fleet.start(await MemcachedServer.startMany(3), { options: { redis: false } });
});
afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
});

describe.skipIf(skip)("with default settings", () => {
  test("memcached stores and reads, one key and many", async () => {
    const client = new Memcached(`127.0.0.1:${fleet.proxy.port}`);
    /** Calls a method that takes a callback. */
    const call = (method: string, ...args: readonly unknown[]): Promise<unknown> =>
      new Promise((resolve, reject) => {
        client[method](...args, (error: unknown, value: unknown) => error ? reject(error) : resolve(value));
      });

    expect(await Promise.all(KEYS.map((key, i) => call("set", key, `v${i}`, HOUR)))).toEqual(
      KEYS.map(() => true),
    );
    const all = Object.fromEntries(KEYS.map((key, i) => [key, `v${i}`]));
    expect(await call("getMulti", [...KEYS, "nobody"])).toEqual(all);
    expect([await call("get", KEYS[7]), await call("get", "nobody")]).toEqual(["v7", undefined]);
    expect([await call("set", "large", LARGE, HOUR), await call("get", "large")]).toEqual([true, LARGE]);
    expect([await call("set", "binary", BINARY, HOUR), await call("get", "binary")]).toEqual([true, BINARY]);

    const { cas } = await call("gets", KEYS[0]) as { cas: string };
    expect([await call("cas", KEYS[0], "w", cas, HOUR), await call("cas", KEYS[0], "x", cas, HOUR)]).toEqual([
      true,
      false,
    ]);
    await expect(call("add", KEYS[0], "x", HOUR)).rejects.toThrow("not stored");
    expect(await call("add", "added", "b", HOUR)).toBe(true);
    expect([await call("append", "added", "c"), await call("prepend", "added", "a")]).toEqual([true, true]);
    expect(await call("replace", "added", "abc", HOUR)).toBe(true);
    expect([await call("touch", "added", HOUR), await call("get", "added")]).toEqual([true, "abc"]);
    expect(await call("set", "count", 5, HOUR)).toBe(true);
    expect([await call("incr", "count", 3), await call("decr", "count", 1)]).toEqual([8, 7]);
    expect([await call("del", "count"), await call("del", "count")]).toEqual([true, false]);
    expect(await call("version")).toMatchObject([{ version: expect.stringMatching(/^1\.\d+\.\d+/) }]);
    expect(await call("stats")).toMatchObject([{ servers: 3 }]);
    expect(await call("flush")).toEqual([true]);
    expect(await call("getMulti", KEYS)).toEqual({});
    client.end();
    await untilMemcachedQuiet(fleet.proxy);
  });

  test("memcache-client stores and reads, one key and many", async () => {
    const client = new MemcacheClient({ server: `127.0.0.1:${fleet.proxy.port}` });
    await Promise.all(KEYS.map((key, i) => client.set(key, `v${i}`)));
    const found = await client.get<string>([...KEYS, "nobody"]) as unknown as Record<
      string,
      { value: string }
    >;
    const values = Object.entries(found).map(([key, { value }]) => [key, value]);
    expect(Object.fromEntries(values)).toEqual(Object.fromEntries(KEYS.map((key, i) => [key, `v${i}`])));
    expect(await client.get("nobody")).toBeUndefined();
    await client.set("large", LARGE);
    expect((await client.get<string>("large")).value).toBe(LARGE);
    await client.set("binary", BINARY);
    expect((await client.get<Buffer>("binary")).value).toEqual(BINARY);

    const { casUniq } = await client.gets<string>(KEYS[0]!);
    expect(await client.cas(KEYS[0]!, "w", { casUniq })).toEqual(["STORED"]);
    await expect(client.cas(KEYS[0]!, "x", { casUniq })).rejects.toThrow("EXISTS");
    await expect(client.add(KEYS[0]!, "x")).rejects.toThrow("NOT_STORED");
    expect(await client.add("added", "b")).toEqual(["STORED"]);
    expect(await client.append("added", "c")).toEqual(["STORED"]);
    expect(await client.prepend("added", "a")).toEqual(["STORED"]);
    expect((await client.get<string>("added")).value).toBe("abc");
    expect(await client.replace("added", "d")).toEqual(["STORED"]);
    await expect(client.replace("nobody", "d")).rejects.toThrow("NOT_STORED");
    await client.set("count", "5");
    expect([await client.incr("count", 3), await client.decr("count", 1)]).toEqual(["8", "7"]);
    expect(await client.touch("count", HOUR)).toEqual(["TOUCHED"]);
    await client.set("count", "9", { noreply: true });
    expect((await client.get<string>("count")).value).toBe("9");
    expect(await client.delete("count")).toEqual(["DELETED"]);
    expect(await client.version()).toEqual(["VERSION", expect.stringMatching(/^1\.\d+\.\d+/)]);
    client.shutdown();
    await untilMemcachedQuiet(fleet.proxy);
  });

  test("both get their own replies when they ask at the same time", async () => {
    const clients = Array.from(
      { length: 4 },
      () => new MemcacheClient({ server: `127.0.0.1:${fleet.proxy.port}` }),
    );
    await Promise.all(clients.map(async (client, id) => {
      const keys = Array.from({ length: 100 }, (_, i) => `of:${id}:${i}`);
      await Promise.all(keys.map((key) => client.set(key, key)));
      const found = await Promise.all(keys.map(async (key) => (await client.get<string>(key)).value));
      expect(found).toEqual(keys);
    }));
    for (const client of clients) client.shutdown();
    await untilMemcachedQuiet(fleet.proxy);
  });
});
