/** node-redis in RESP3, and it and ioredis in another database, do ordinary work. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { reasonToSkip } from "../support/programs.ts";
import { untilQuiet } from "../support/quiet.ts";
import { RedisServer } from "../support/redis_server.ts";
import { Fleet } from "./fleet.ts";

const KEYS = Array.from({ length: 50 }, (_, i) => `user:${i}`);

let fleet: Fleet<RedisServer>;

beforeAll(async () => {
  fleet = await Fleet.start(await RedisServer.startMany(3), { options: { databases: 4 } });
});
afterAll(() => fleet[Symbol.asyncDispose]());

describe.skipIf(reasonToSkip("redis-server") !== null)("behind the proxy", () => {
  test.each(["", "/3"])("node-redis speaks RESP3 to database %p", async (path) => {
    const { proxy } = fleet;
    const client = createClient({ url: `redis://127.0.0.1:${proxy.port}${path}`, RESP: 3 });
    await client.connect();
    expect(String(await client.sendCommand(["CLIENT", "INFO"]))).toContain("resp=3");
    await client.mSet(KEYS.map((key, i) => [key, `v${i}`]));
    expect(await client.mGet([...KEYS, "none"])).toEqual([...KEYS.map((_, i) => `v${i}`), null]);
    expect(await client.hSet("hash", { a: "1", b: "2" })).toBe(2);
    expect({ ...await client.hGetAll("hash") }).toEqual({ a: "1", b: "2" });
    expect(await client.zAdd("z", [{ score: 1.5, value: "one" }, { score: 2, value: "two" }])).toBe(2);
    expect(await client.zScore("z", "one")).toBe(1.5);
    expect(await client.zRangeWithScores("z", 0, -1))
      .toEqual([{ value: "one", score: 1.5 }, { value: "two", score: 2 }]);
    expect(await client.sAdd("set", ["m"])).toBe(1);
    expect([...await client.sMembers("set")]).toEqual(["m"]);
    expect(await client.get("none")).toBeNull();
    expect(await client.xAdd("stream", "1-1", { field: "value" })).toBe("1-1");
    expect(await client.xRead({ key: "stream", id: "0" })).not.toBeNull();
    const results: readonly unknown[] = await client.multi().set("{t}a", "1").incr("{t}a").exec();
    expect(results).toEqual(["OK", 2]);
    expect(await client.eval("return {1, 'a', false}", { keys: ["k"] })).toEqual([1, "a", null]);
    expect(await client.unlink([...KEYS, "hash", "z", "set", "stream", "{t}a"])).toBe(KEYS.length + 5);
    await client.close();
    await untilQuiet(proxy);
  });

  test("ioredis works in a database of its own", async () => {
    const [usual, other] = [new Redis(fleet.proxy.port), new Redis(fleet.proxy.port, { db: 2 })];
    await other.mset(new Map(KEYS.map((key, i) => [key, `v${i}`])));
    expect(await other.mget(KEYS)).toEqual(KEYS.map((_, i) => `v${i}`));
    expect(await usual.exists(...KEYS)).toBe(0);
    await usual.select(2);
    expect(await usual.del(...KEYS)).toBe(KEYS.length);
    await Promise.all([usual.quit(), other.quit()]);
    await untilQuiet(fleet.proxy);
  });
});
