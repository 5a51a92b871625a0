/**
 * Routing is that of the real nutcracker: keys are written through it, and each must lie on the one
 * redis-server that our router names.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Redis } from "ioredis";
import { HASHES, type HashName } from "../../src/hash/mod.ts";
import { orderServers } from "../../src/routing/ring/order_servers.ts";
import { createRing } from "../../src/routing/ring/ring.ts";
import { serverName } from "../../src/routing/ring/server_name.ts";
import type { Router } from "../../src/routing/router.ts";
import { Fleet, reasonToSkip, type Server } from "./nutcracker_routing_servers.ts";

const SEED = 20240229;
const KEY_COUNT = 500;
const SERVER_COUNT = 4;

/** An entry of a pool's `servers`: which redis-server, and how it is written. */
interface Entry {
  readonly redis: number;
  readonly weight: number;
  readonly name?: string;
  readonly over?: "tcp" | "unix";
}

/** A pool under test. */
interface Case {
  readonly title: string;
  readonly hash: HashName;
  readonly distribution: "ketama" | "modula";
  readonly hashTag?: string;
  readonly entries: readonly Entry[];
}

/**
 * Names whose order by length differs from the alphabet's and from the file's; one is longer in bytes than it
 * looks.
 */
const MIXED: readonly Entry[] = [
  { redis: 0, weight: 5, name: "server10" },
  { redis: 1, weight: 1, name: "zoë" },
  { redis: 2, weight: 3, name: "server9" },
  { redis: 3, weight: 2, name: "yard", over: "tcp" },
];

const UNNAMED: readonly Entry[] = [0, 1, 2, 3].map((redis) => ({ redis, weight: 1 + redis % 2 }));

const CASES: readonly Case[] = [
  ...(Object.keys(HASHES) as HashName[]).flatMap((hash) =>
    (["ketama", "modula"] as const).map((distribution): Case => ({
      title: `${distribution} of ${hash} with mixed names and weights`,
      hash,
      distribution,
      entries: MIXED,
    }))
  ),
  { title: "hash tag {}", hash: "murmur", distribution: "ketama", hashTag: "{}", entries: MIXED },
  {
    title: "hash tag of one sign twice",
    hash: "fnv1a_64",
    distribution: "modula",
    hashTag: "||",
    entries: MIXED,
  },
  { title: "unix sockets without names", hash: "md5", distribution: "ketama", entries: UNNAMED },
  {
    title: "TCP addresses without names",
    hash: "md5",
    distribution: "ketama",
    entries: UNNAMED.map((entry) => ({ ...entry, over: "tcp" })),
  },
  ...[25, 100].map((count): Case => ({
    title: `${count} equal servers, whose shares round down`,
    hash: "one_at_a_time",
    distribution: "ketama",
    entries: Array.from(
      { length: count },
      (_, i) => ({ redis: i % SERVER_COUNT, weight: 1, name: `node${i}` }),
    ),
  })),
  {
    title: "weights so unlike that one server gets no point",
    hash: "jenkins",
    distribution: "ketama",
    entries: [{ redis: 0, weight: 100000, name: "most" }, { redis: 1, weight: 1, name: "none" }],
  },
  { title: "one server", hash: "crc32a", distribution: "ketama", entries: [{ redis: 2, weight: 1 }] },
];

/** Nothing listens where its last server is, and nutcracker ejects it at the first failure. */
const EJECTING: Case = { title: "an ejected server", hash: "md5", distribution: "ketama", entries: MIXED };
const GONE = { name: "gone", weight: 4, redis: -1 };

const reason = reasonToSkip();
const title = `nutcracker routing (seed ${SEED})${reason === null ? "" : `, skipped: ${reason}`}`;

describe.skipIf(reason !== null)(title, () => {
  const keys = makeKeys();
  let fleet: Fleet;
  let servers: Server[];

  beforeAll(async () => {
    fleet = new Fleet();
    servers = await fleet.startRedis(SERVER_COUNT);
    const pools = CASES.map((pool, i) => describePool(`p${i}`, pool, socketOf(i), servers));
    pools.push(describePool("ejecting", EJECTING, socketOf("ejecting"), servers, [
      `   - ${fleet.directory}/nobody.sock:${GONE.weight} ${GONE.name}`,
      "  auto_eject_hosts: true",
      "  server_failure_limit: 1",
      "  server_retry_timeout: 3600000",
    ]));
    fleet.startNutcracker(pools.join(""));
  });

  afterAll(() => fleet.stop());

  const socketOf = (pool: number | string) => join(fleet.directory, `pool-${pool}.sock`);

  test.each(CASES.map((pool, i) => [pool.title, i] as const))(
    "route names the server when %s",
    async (_, i) => {
      const pool = CASES[i]!;
      const ordered = orderServers(pool.entries.map((entry) => ({ ...entry, name: nameOf(entry, servers) })));
      const router = createRing({ ...pool, servers: ordered, epoch: 0 });
      await writeAll(fleet.connect(socketOf(i)), keys);
      expect(await whereabouts(servers)).toEqual(expected(keys, router, (index) => ordered[index]!.redis));
    },
  );

  test("route names a live server when one is ejected and weights are unequal", async () => {
    const nutcracker = fleet.connect(socketOf("ejecting"));
    const ordered = orderServers([...MIXED.map((entry) => ({ ...entry, name: entry.name! })), GONE]);
    const before = createRing({ ...EJECTING, servers: ordered, epoch: 0 });
    const lost = keys.find((key) => ordered[before.route(key, 0, key.length)]!.name === GONE.name)!;
    expect(await nutcracker.set(lost, "").catch((error: Error) => error.message)).toStartWith("ERR ");
    const live = ordered.map((server) => server.name !== GONE.name);
    const router = createRing({ ...EJECTING, servers: ordered, live, epoch: 1 });
    await writeAll(nutcracker, keys);
    expect(await whereabouts(servers)).toEqual(expected(keys, router, (index) => ordered[index]!.redis));
  });
});

/** A pool as nutcracker's configuration has it; `more` are lines behind its servers. */
function describePool(
  name: string,
  pool: Case,
  socket: string,
  servers: readonly Server[],
  more: readonly string[] = [],
): string {
  return [
    `${name}:`,
    `  listen: ${socket}`,
    "  redis: true",
    `  hash: ${pool.hash}`,
    `  distribution: ${pool.distribution}`,
    ...(pool.hashTag === undefined ? [] : [`  hash_tag: "${pool.hashTag}"`]),
    "  servers:",
    ...pool.entries.map((entry) =>
      `   - ${target(entry, servers)}:${entry.weight} ${entry.name ?? ""}`.trimEnd()
    ),
    ...more,
    "",
  ].join("\n");
}

function target({ redis, over }: Entry, servers: readonly Server[]): string {
  return over === "tcp" ? `127.0.0.1:${servers[redis]!.port}` : servers[redis]!.socket;
}

function nameOf({ redis, over, name }: Entry, servers: readonly Server[]): string {
  const { port, socket } = servers[redis]!;
  return over === "tcp"
    ? serverName("127.0.0.1", port, name ?? null)
    : serverName(socket, null, name ?? null);
}

/**
 * Keys of all sorts: numbered ones, tagged ones, every short length, and bytes that aren't ASCII; no two
 * equal.
 */
function makeKeys(): Buffer[] {
  let state = SEED;
  const random = (n: number) => ((state = Math.imul(state, 1664525) + 1013904223) >>> 8) % n;
  const keys = new Map<string, Buffer>();
  for (let i = 0; keys.size < KEY_COUNT; i++) {
    const noise = Buffer.from(Uint8Array.from({ length: i % 5 === 0 ? i : random(40) }, () => random(256)));
    const open = random(2) === 0 ? "{" : "|";
    const shapes = [
      () => noise,
      () => Buffer.from(`user:${i}`),
      () => Buffer.concat([noise, Buffer.from(`${open}tag${random(20)}}|`), noise]),
      () => Buffer.from(["{}", "}{a}b", "{a", "||a|", "{{k}}", "x|k|y", "é{ñ}", "a{b}{c}"][random(8)]! + i),
    ];
    const key = shapes[i % 5 === 0 ? 0 : i % shapes.length]!();
    keys.set(key.toString("latin1"), key);
  }
  return [...keys.values()];
}

async function writeAll(nutcracker: Redis, keys: readonly Buffer[]): Promise<void> {
  const replies = await Promise.all(keys.map((key) => nutcracker.set(key, "")));
  expect(replies.every((reply) => reply === "OK")).toBe(true);
}

/** Which server holds each key, as lines to compare; empties the servers. */
async function whereabouts(servers: readonly Server[]): Promise<string[]> {
  const lines = await Promise.all(servers.map(async ({ client }, i) => {
    const held = await client.keysBuffer("*");
    await client.flushall();
    return held.map((key) => line(key, i));
  }));
  return lines.flat().sort();
}

/** Which server should hold each key; the router reads them inside a bigger buffer. */
function expected(keys: readonly Buffer[], router: Router, redisOf: (index: number) => number): string[] {
  return keys.map((key) => {
    const framed = Buffer.concat([Buffer.from("$3|{"), key, Buffer.from("}|\r\n")]);
    return line(key, redisOf(router.route(framed, 4, 4 + key.length)));
  }).sort();
}

function line(key: Buffer, redis: number): string {
  return `${key.toString("hex")} on redis ${redis}`;
}
