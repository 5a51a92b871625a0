/** Collections of more than a page, over every database: what they are in Redis, their scans, and draws by chance. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { reasonToSkip } from "../support/programs.ts";
import { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import { type Argument, pipeline } from "../support/resp_encoder.ts";
import type { RespValue } from "../support/resp.ts";
import { Random } from "../support/seed.ts";
import { StoreProcess } from "../support/store_process.ts";
import { STORE_ENGINES, type TestDatabase } from "./store_engines.ts";

async function pipelined(on: RawClient, commands: readonly (readonly Argument[])[]): Promise<RespValue[]> {
  on.write(pipeline(commands));
  return await on.readReplies(commands.length);
}

/** The words of a text. */
const words = (line: string) => line.split(" ");

describe.each(STORE_ENGINES)("over $name, collections of more than a page", ({ name, reason, start }) => {
  let database: TestDatabase;
  let store: StoreProcess;
  let client: RawClient;
  beforeAll(async () => {
    if (reason !== null) return;
    database = await start();
    store = await StoreProcess.start(database.url);
    client = await store.connect();
    client.deadlineMs = 20_000;
  });
  afterAll(async () => {
    client?.[Symbol.dispose]();
    await store?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });
  const ask = (...args: Argument[]) => client.command(...args);

  const titled = (title: string) => reason === null ? title : `${title}: skipped, ${reason}`;
  const random = new Random(`large ${name}`);
  const many = Array.from({ length: 1500 }, (_, i) => i);
  const makes = [
    ["RPUSH", "list", ...many.map((i) => `item${i % 700}`)],
    ["ZADD", "scores", ...many.flatMap((i) => [String(i % 40), `m${i}`])],
    ["ZADD", "others", ...many.flatMap((i) => [String(i), `m${i * 2}`])],
    ["SADD", "set", ...many.map((i) => `m${i}`)],
    ["SADD", "half", ...many.map((i) => `m${i * 2}`)],
    ["HSET", "hash", ...many.flatMap((i) => [`m${i}`, `value${i}`])],
  ];
  const questions = [
    "LRANGE list 200 900",
    "LRANGE list -1000 -3",
    "LINDEX list 777",
    "LPOS list item500 RANK -1",
    "LPOS list item500 COUNT 0",
    "LINSERT list BEFORE item600 new",
    "LREM list 0 item3",
    "LREM list -1 item4",
    "LSET list 1000 other",
    "RPOP list 400",
    "LPOP list 300",
    "LTRIM list 10 -10",
    "LRANGE list 0 -1",
    "ZRANGE scores 0 -1 WITHSCORES",
    "ZRANGE scores 300 800 REV",
    "ZRANGEBYSCORE scores (3 30 LIMIT 100 600",
    "ZRANK scores m777",
    "ZREVRANK scores m777",
    "ZCOUNT scores 5 (20",
    "ZUNIONSTORE union 2 scores others WEIGHTS 1 2",
    "ZRANGE union 0 -1 WITHSCORES",
    "ZINTER 2 scores others WITHSCORES AGGREGATE MIN",
    "ZDIFFSTORE diff 2 scores others",
    "ZRANGE diff 0 -1 WITHSCORES",
    "ZREMRANGEBYRANK scores 100 900",
    "ZPOPMAX scores 300",
    "ZRANGE scores 0 -1",
    "SINTERSTORE both set half",
    "SCARD both",
    "SDIFFSTORE set set half",
    "SCARD set",
    "SUNIONSTORE half set half",
    "SCARD half",
    "HLEN hash",
    "HMGET hash m1 m1499 none",
    "COPY hash copy",
    "HDEL hash m1 m2 m3",
    "HLEN copy",
    "RENAME copy hash",
    "HGET hash m2",
  ].map(words);

  test.skipIf(reason !== null || reasonToSkip("redis-server") !== null)(
    titled("are what they are in Redis"),
    async () => {
      const redis = await RedisServer.start();
      using other = await RawClient.connect(redis.endpoint);
      await ask("FLUSHALL");
      const commands = [...makes, ...questions];
      const [theirs, ours] = [await pipelined(other, commands), await pipelined(client, commands)];
      commands.forEach((command, i) => {
        expect({ command: command.slice(0, 6), reply: ours[i] }).toEqual({
          command: command.slice(0, 6),
          reply: theirs[i],
        });
      });
      await redis.stop();
    },
  );

  test.skipIf(reason !== null)(titled("are scanned whole, whatever else happens meanwhile"), async () => {
    await pipelined(client, [["FLUSHALL"], ...makes, ...many.map((i) => ["SET", `key${i}`, "v"])]);
    for (const name of [["SCAN"], ["HSCAN", "hash"], ["SSCAN", "set"], ["ZSCAN", "scores"]]) {
      const seen = new Set<string>();
      for (let cursor = "0", isFirst = true; isFirst || cursor !== "0"; isFirst = false) {
        const [next, found] = await ask(...name, cursor, "COUNT", "37") as [string, string[]];
        const step = name[0] === "HSCAN" || name[0] === "ZSCAN" ? 2 : 1;
        for (let i = 0; i < found.length; i += step) {
          expect(seen.has(found[i]!)).toBe(false);
          seen.add(found[i]!);
        }
        await ask("SADD", "set", `new${random.integer(0, 1e6)}`);
        await ask("SET", `new${random.integer(0, 1e6)}`, "v");
        cursor = next;
      }
      const expected = many.map((i) => name[0] === "SCAN" ? `key${i}` : `m${i}`);
      expect(expected.filter((each) => !seen.has(each))).toEqual([]);
    }
  });

  test.skipIf(reason !== null)(
    titled("are drawn from by chance: members, and as many as were asked for"),
    async () => {
      await pipelined(client, [["FLUSHALL"], ...makes]);
      const members = new Set(await ask("SMEMBERS", "set") as string[]);
      for (const count of [1, 10, 1000, 5000]) {
        const drawn = await ask("SRANDMEMBER", "set", String(count)) as string[];
        expect(new Set(drawn).size).toBe(Math.min(count, 1500));
        expect(drawn.every((each) => members.has(each))).toBe(true);
      }
      expect((await ask("SRANDMEMBER", "set", "-3000") as string[]).length).toBe(3000);
      const popped = await ask("SPOP", "set", "600") as string[];
      expect(await ask("SCARD", "set")).toBe(900);
      expect(await ask("SMISMEMBER", "set", ...popped.slice(0, 50))).toEqual(Array(50).fill(0));
      expect(new Set(await pipelined(client, Array(20).fill(["RANDOMKEY"]))).size)
        .toBeGreaterThan(1);
    },
  );
});
