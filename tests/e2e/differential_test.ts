/**
 * Behind the proxy, servers answer byte for byte as one server does alone: random pipelines, cut at random places,
 * are sent to both. Values reach from nothing to hundreds of kilobytes, so that every way through the proxy is taken.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { freePort } from "../support/free_port.ts";
import { poolConfig } from "../support/pool_config.ts";
import { reasonToSkip } from "../support/programs.ts";
import type { ProxyProcess } from "../support/proxy_process.ts";
import { untilQuiet } from "../support/quiet.ts";
import { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import { type Argument, pipeline } from "../support/resp_encoder.ts";
import { Random } from "../support/seed.ts";
import { startSennit } from "../support/sennit.ts";

const ROUNDS = 40;
const MOST_COMMANDS = 300;
const MOST_CUTS = 40;
/** How often a value is at most so long; bytes. */
const SIZES = [[0.7, 100], [0.9, 5_000], [0.97, 60_000], [1, 400_000]] as const;

let direct: RedisServer;
let shards: RedisServer[];

beforeAll(async () => {
  [direct, ...shards] = await RedisServer.startMany(4) as [RedisServer, ...RedisServer[]];
});
afterAll(async () => {
  for (const server of [direct, ...shards]) await server.stop();
});

describe.skipIf(reasonToSkip("redis-server") !== null)("the proxy answers as one server does", () => {
  for (const count of [1, 3]) {
    test(`over ${count} servers`, async () => {
      await direct.command("FLUSHALL");
      for (const shard of shards) await shard.command("FLUSHALL");
      const options = { hash: "murmur" };
      await using proxy = await startSennit(
        poolConfig({ listen: await freePort(), servers: shards.slice(0, count), options }),
      );
      const random = new Random(`differential ${count}`);
      for (let round = 0; round < ROUNDS; round++) await compare(random, proxy);
      await untilQuiet(proxy);
    }, 60_000);
  }
});

async function compare(random: Random, proxy: ProxyProcess): Promise<void> {
  const commands = Array.from({ length: random.integer(1, MOST_COMMANDS) }, () => randomCommand(random));
  const bytes = pipeline([...commands, ["QUIT"]]);
  const cuts = Array.from({ length: random.integer(0, MOST_CUTS) }, () => random.integer(0, bytes.length));
  using alone = await RawClient.connect(direct.endpoint);
  using proxied = await proxy.connect();
  alone.write(bytes);
  let sent = 0;
  for (const cut of [...cuts.sort((a, b) => a - b), bytes.length]) {
    proxied.write(bytes.subarray(sent, cut));
    sent = cut;
    await new Promise((resolve) => setImmediate(resolve));
  }
  const expected = await alone.readUntilClose();
  const actual = await proxied.readUntilClose();
  if (!actual.equals(expected)) expect(around(actual, expected)).toBe(around(expected, actual));
}

/** The bytes from shortly before the first difference on, as text. */
function around(bytes: Buffer, other: Buffer): string {
  let at = 0;
  while (at < bytes.length && bytes[at] === other[at]) at++;
  return `${at}: ${JSON.stringify(bytes.subarray(Math.max(0, at - 40), at + 80).toString("latin1"))}`;
}

function randomCommand(random: Random): Argument[] {
  const key = () => `k${random.integer(0, 59)}`;
  const several = (most: number, make: () => Argument[]) =>
    Array.from({ length: random.integer(1, most) }, make).flat();
  const value = () => randomValue(random);
  const make: (() => Argument[])[] = [
    () => ["GET", key()],
    () => ["get", key()],
    () => ["SET", key(), value()],
    () => ["SET", key(), value()],
    () => ["MGET", ...several(9, () => [key()])],
    () => ["MSET", ...several(5, () => [key(), value()])],
    () => ["DEL", ...several(5, () => [key()])],
    () => ["EXISTS", ...several(5, () => [key()])],
    () => ["TOUCH", ...several(5, () => [key()])],
    () => ["RPUSH", `l${random.integer(0, 4)}`, value().subarray(0, 50)],
    () => ["LRANGE", `l${random.integer(0, 4)}`, "0", "-1"],
    () => ["HSET", `h${random.integer(0, 4)}`, `f${random.integer(0, 9)}`, value().subarray(0, 300)],
    () => ["HGETALL", "l1"],
    () => ["INCR", key()],
    () => ["PING", value().subarray(0, 30)],
    () => ["GET"],
    () => ["MSET", key()],
    () => ["EVAL", "return {KEYS[1], {1, {false, ARGV[1]}}, {}}", "1", key(), value().subarray(0, 2_000)],
    () => ["STRLEN", key()],
  ];
  return random.pick(make)();
}

function randomValue(random: Random): Buffer {
  const draw = random.next();
  const most = SIZES.find(([share]) => draw < share)![1];
  return Buffer.alloc(random.integer(0, most), random.integer(0, 255));
}
