/** Client libraries as they come, connected to a store. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { Redis } from "ioredis";
import { MemcacheClient } from "memcache-client";
import { createClient } from "redis";
import { StoreProcess } from "../support/store_process.ts";

let store: StoreProcess;
let port: number;

beforeAll(async () => {
  store = await StoreProcess.start("sqlite::memory:");
  port = store.endpoint as number;
});
afterAll(() => store[Symbol.asyncDispose]());

test("ioredis: pipelines, transactions, scans", async () => {
  const redis = new Redis({ port, host: "127.0.0.1" });
  await redis.flushall();
  const pipeline = redis.pipeline();
  for (let i = 0; i < 500; i++) pipeline.set(`io:${i}`, i, "EX", 100);
  await pipeline.exec();
  const found: string[] = [];
  for await (const keys of redis.scanStream({ match: "io:*", count: 50 })) found.push(...keys as string[]);
  expect(found.length).toBe(500);
  expect(await redis.multi().incr("io:1").lpush("list", "a", "b").exec()).toEqual([[null, 2], [null, 2]]);
  expect(await redis.hset("hash", { a: "1", b: "2" })).toBe(2);
  expect(await redis.hgetall("hash")).toEqual({ a: "1", b: "2" });
  expect(await redis.zadd("board", 3, "c", 1, "a")).toBe(2);
  expect(await redis.zrange("board", "0", "-1", "WITHSCORES")).toEqual(["a", "1", "c", "3"]);
  await redis.quit();
});

test.each([2, 3] as const)("node-redis in RESP%d: WATCH, sets, buffers", async (RESP) => {
  const client = createClient({ socket: { port, host: "127.0.0.1" }, RESP });
  const other = createClient({ socket: { port, host: "127.0.0.1" } });
  await Promise.all([client.connect(), other.connect()]);
  await client.flushAll();
  await client.set("watched", "1");
  await client.watch("watched");
  await other.set("watched", "2");
  const outcome = await client.multi().set("watched", "3").exec().catch((error: Error) =>
    error.constructor.name
  );
  expect(outcome).toBe("WatchError");
  await client.sAdd("set", ["a", "b", "c"]);
  expect((await client.sMembers("set")).sort()).toEqual(["a", "b", "c"]);
  await client.hSet("hash", { field: "value" });
  expect({ ...await client.hGetAll("hash") }).toEqual({ field: "value" });
  expect(await client.zAdd("scores", [{ score: 1.5, value: "x" }])).toBe(1);
  expect(await client.zRangeWithScores("scores", 0, -1)).toEqual([{ score: 1.5, value: "x" }]);
  await Promise.all([client.close(), other.close()]);
});

test("memcache-client: values, tokens, counters", async () => {
  const client = new MemcacheClient({ server: `127.0.0.1:${port}` });
  await client.set("text", "value");
  expect((await client.get("text"))!.value).toBe("value");
  await client.set("object", { a: [1, 2] });
  expect((await client.get("object"))!.value).toEqual({ a: [1, 2] });
  const { casUniq } = (await client.gets("text"))!;
  await client.cas("text", "other", { casUniq });
  expect((await client.get("text"))!.value).toBe("other");
  await client.set("count", "10");
  expect(await client.incr("count", 5)).toBe("15");
  client.shutdown();
});
