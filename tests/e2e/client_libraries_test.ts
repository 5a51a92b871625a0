/** ioredis, node-redis, redis-py and redis-cli connect with default settings and do ordinary work. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { freePort } from "../support/free_port.ts";
import { poolConfig } from "../support/pool_config.ts";
import { PYTHON, reasonToSkip } from "../support/programs.ts";
import type { ProxyProcess } from "../support/proxy_process.ts";
import { untilQuiet } from "../support/quiet.ts";
import { RedisServer } from "../support/redis_server.ts";
import { startSennit } from "../support/sennit.ts";

const KEYS = Array.from({ length: 50 }, (_, i) => `user:${i}`);

let servers: RedisServer[];
let proxy: ProxyProcess;

beforeAll(async () => {
  servers = await RedisServer.startMany(3);
  proxy = await startSennit(poolConfig({ listen: await freePort(), servers, options: { hash: "murmur" } }));
});
afterAll(async () => {
  await proxy.stop();
  for (const server of servers) await server.stop();
});

describe.skipIf(reasonToSkip("redis-server") !== null)("with default settings", () => {
  test("ioredis writes and reads, pipelined and split", async () => {
    const client = new Redis(proxy.port);
    await client.mset(new Map(KEYS.map((key, i) => [key, `v${i}`])));
    expect(await client.mget(KEYS)).toEqual(KEYS.map((_, i) => `v${i}`));
    const replies = await client.pipeline().set("a", "1").incr("a").hset("h", "f", "v").hgetall("h").exec();
    expect(replies).toEqual([[null, "OK"], [null, 2], [null, 1], [null, { f: "v" }]]);
    expect(await client.del(...KEYS)).toBe(KEYS.length);
    await client.quit();
    await untilQuiet(proxy);
  });

  test("node-redis writes and reads, pipelined and split", async () => {
    const client = createClient({ url: `redis://127.0.0.1:${proxy.port}`, RESP: 2 });
    await client.connect();
    await client.mSet(KEYS.map((key, i) => [key, `v${i}`]));
    expect(await client.mGet(KEYS)).toEqual(KEYS.map((_, i) => `v${i}`));
    const replies = await Promise.all([client.set("b", "1"), client.incr("b"), client.exists(["b", "none"])]);
    expect(replies).toEqual(["OK", 2, 1]);
    expect(await client.zAdd("z", [{ score: 1, value: "one" }])).toBe(1);
    expect(await client.unlink(KEYS)).toBe(KEYS.length);
    await client.close();
    await untilQuiet(proxy);
  });

  test.skipIf(reasonToSkip("redis-py") !== null)(
    "redis-py writes and reads, pipelined and split",
    () => {
      const program = [
        "import redis, sys",
        "r = redis.Redis(port=int(sys.argv[1]), decode_responses=True)",
        "keys = ['user:%d' % i for i in range(50)]",
        "r.mset({k: k for k in keys})",
        "assert r.mget(keys) == keys",
        "p = r.pipeline(transaction=False)",
        "p.set('c', 1); p.incr('c'); p.lrange('none', 0, -1)",
        "assert p.execute() == [True, 2, []]",
        "assert r.delete(*keys) == 50",
        "print('done')",
      ].join("\n");
      const { stdout, stderr } = Bun.spawnSync([PYTHON, "-c", program, String(proxy.port)]);
      expect(stderr.toString()).toBe("");
      expect(stdout.toString()).toBe("done\n");
    },
  );

  test("redis-cli writes and reads, and helps with commands", () => {
    const run = (...args: string[]) =>
      Bun.spawnSync(["redis-cli", "-p", String(proxy.port), ...args]).stdout.toString();
    expect(run("MSET", "x", "1", "y", "2", "z", "3")).toBe("OK\n");
    expect(run("MGET", "z", "y", "x", "w")).toBe("3\n2\n1\n\n");
    expect(run("DEBUG", "SLEEP", "0")).toStartWith("ERR DEBUG ");
    expect(Number(run("COMMAND", "COUNT"))).toBeGreaterThan(200);
  });
});
