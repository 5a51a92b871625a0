/** Keys written through nutcracker are found through the proxy, and the other way round, each on one server only. */
import { describe, expect, test } from "bun:test";
import { MemcachedServer } from "../support/memcached_server.ts";
import { freePort, isFreeAt } from "../support/free_port.ts";
import { startNutcracker } from "../support/nutcracker.ts";
import { poolConfig } from "../support/pool_config.ts";
import { reasonToSkip } from "../support/programs.ts";
import type { ProxyProcess } from "../support/proxy_process.ts";
import type { RawClient } from "../support/raw_client.ts";
import { Random } from "../support/seed.ts";
import { startSennit } from "../support/sennit.ts";
import { testUnless } from "../support/test_unless.ts";

const KEYS = 400;
/** The port that nutcracker leaves out of the names of servers without one. */
const FAMOUS_PORT = 11211;

/** How a pool of three servers is described: `address:weight name`, the address left open. */
interface Case {
  readonly title: string;
  readonly options: Readonly<Record<string, string>>;
  readonly tails: readonly [string, string, string];
}

const CASES: readonly Case[] = [
  { title: "nutcracker's defaults", options: {}, tails: [":1", ":1", ":1"] },
  { title: "weights", options: { hash: "murmur" }, tails: [":1", ":2", ":3"] },
  { title: "names", options: { hash: "md5" }, tails: [":1 ash", ":1 beech", ":2 cedar"] },
  { title: "modula", options: { hash: "crc32a", distribution: "modula" }, tails: [":1", ":2", ":1"] },
  { title: "a hash tag", options: { hash: "one_at_a_time", hash_tag: "{}" }, tails: [":1", ":1", ":1"] },
];

const missing = reasonToSkip("memcached") ?? reasonToSkip("nutcracker");

/** Random keys, some with a hash tag. */
function makeKeys(random: Random): string[] {
  const keys = new Set<string>();
  while (keys.size < KEYS) {
    const name = Buffer.from(random.bytes(random.integer(1, 30))).toString("base64url");
    keys.add(random.integer(0, 3) === 0 ? `{${name.slice(0, 4)}}${name}` : name);
  }
  return [...keys];
}

async function write(proxy: ProxyProcess, keys: readonly string[], value: string): Promise<void> {
  using client = await proxy.connect();
  client.write(keys.map((key) => `set ${key} 0 0 ${value.length}\r\n${value}\r\n`).join(""));
  for (const key of keys) expect([key, await client.readLine()]).toEqual([key, "STORED"]);
}

/** The keys that hold `value`, of those asked for. */
async function read(
  client: RawClient,
  keys: readonly string[],
  value: string,
): Promise<string[]> {
  const found: string[] = [];
  client.write(keys.map((key) => `get ${key}\r\n`).join(""));
  for (const key of keys) {
    if (await client.readLine() === "END") continue;
    if (await client.readLine() === value) found.push(key);
    expect(await client.readLine()).toBe("END");
  }
  return found;
}

/** Writes through one proxy and reads through the other, both ways, and looks on the servers themselves. */
async function compare({ options, tails }: Case, servers: readonly MemcachedServer[]): Promise<void> {
  const keys = makeKeys(new Random("memcached ketama"));
  const entries = servers.map((server, i) => `${server.address}${tails[i]}`);
  const text = () =>
    poolConfig({ listen: freePort(), servers: entries, options: { redis: false, ...options } });
  await using nutcracker = await startNutcracker(text());
  await using sennit = await startSennit(text());
  for (const [writer, reader, value] of [[nutcracker, sennit, "n"], [sennit, nutcracker, "s"]] as const) {
    await write(writer, keys, value);
    using client = await reader.connect();
    expect(await read(client, keys, value)).toEqual(keys);
  }
  const copies: string[] = [];
  for (const server of servers) {
    using client = await server.connect();
    const found = await read(client, keys, "s");
    expect(found.length).toBeGreaterThan(0);
    copies.push(...found);
  }
  expect(copies.sort()).toEqual(keys.sort());
}

describe.skipIf(missing !== null)("keys live where nutcracker puts them", () => {
  test.each(CASES.map((each) => [each.title, each] as const))("with %s", async (_, each) => {
    await using stack = new AsyncDisposableStack();
    const servers = await MemcachedServer.startMany(3);
    for (const server of servers) stack.use(server);
    await compare(each, servers);
  }, 20_000);

  // On an address of its own, because that port of 127.0.0.1 is often taken.
  const host = process.platform === "linux" ? `127.${octet()}.${octet()}.${octet()}` : "127.0.0.1";
  for (const each of CASES.slice(0, 2)) {
    const isFree = isFreeAt(host, FAMOUS_PORT);
    const withEach = testUnless(isFree ? null : `another process listens on port ${FAMOUS_PORT}`);
    withEach(`with ${each.title} when one of them is on port ${FAMOUS_PORT}`, async () => {
      await using stack = new AsyncDisposableStack();
      const servers = [
        await MemcachedServer.start({ host, port: FAMOUS_PORT }),
        ...await MemcachedServer.startMany(2),
      ];
      for (const server of servers) stack.use(server);
      await compare(each, servers);
    });
  }
});

function octet(): number {
  return 1 + Math.floor(Math.random() * 254);
}
