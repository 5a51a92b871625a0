/** SCAN over several servers: every key that stays is found, whoever joins or leaves meanwhile. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { numberServers } from "../../src/control/topology/server_numbers.ts";
import { eventually } from "../support/eventually.ts";
import { FakeServer } from "../support/fake_server.ts";
import { freePort } from "../support/free_port.ts";
import { poolConfig } from "../support/pool_config.ts";
import { reasonToSkip } from "../support/programs.ts";
import type { ProxyProcess } from "../support/proxy_process.ts";
import type { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import { RespError } from "../support/resp.ts";
import { array, bulk, pipeline } from "../support/resp_encoder.ts";
import { Random } from "../support/seed.ts";
import { startSennit } from "../support/sennit.ts";
import { Fleet } from "./fleet.ts";

type Page = [cursor: string, keys: string[]];

/** The next page; keys are bytes, one character each. */
async function page(client: RawClient, cursor: string, ...options: string[]): Promise<Page> {
  const reply = await client.command("SCAN", cursor, ...options);
  expect(reply).toBeArrayOfSize(2);
  const [next, keys] = reply as Page;
  expect(Number.isSafeInteger(Number(next))).toBeTrue();
  return [next, keys];
}

/** All keys of a scan from the beginning to the end. */
async function scan(client: RawClient, ...options: string[]): Promise<string[]> {
  const found: string[] = [];
  let cursor = "0";
  do {
    const [next, keys] = await page(client, cursor, ...options);
    found.push(...keys);
    cursor = next;
  } while (cursor !== "0");
  return found;
}

describe.skipIf(reasonToSkip("redis-server") !== null).each([1, 3])("SCAN over %d servers", (count) => {
  const keys = Array.from({ length: 2000 }, (_, i) => `key:${i}`);
  let fleet: Fleet<RedisServer>;

  beforeAll(async () => {
    fleet = await Fleet.start(await RedisServer.startMany(count), { options: { max_keys_reply: "60kb" } });
  });
  afterAll(() => fleet[Symbol.asyncDispose]());
  beforeEach(async () => {
    for (const server of fleet.servers) await server.command("FLUSHALL");
    using client = await fleet.connect();
    client.write(pipeline(keys.map((key) => ["SET", key, "v"])));
    await client.readReplies(keys.length);
    client.write(pipeline(keys.slice(0, 30).map((key) => ["SADD", `set:${key}`, "v"])));
    await client.readReplies(30);
  });

  test("finds every key, and each of them once while nothing changes", async () => {
    using client = await fleet.connect();
    const all = [...keys, ...keys.slice(0, 30).map((key) => `set:${key}`)].sort();
    for (const options of [[], ["COUNT", "1"], ["COUNT", "7"], ["count", "1000"]]) {
      expect((await scan(client, ...options)).sort()).toEqual(all);
    }
  });

  test("finds what MATCH and TYPE say", async () => {
    using client = await fleet.connect();
    expect((await scan(client, "MATCH", "key:1??")).length).toBe(100);
    expect((await scan(client, "TYPE", "set", "COUNT", "500")).length).toBe(30);
    expect(await scan(client, "MATCH", "nosuch", "COUNT", "500")).toEqual([]);
  });

  test("is refused as a server refuses it", async () => {
    using client = await fleet.connect();
    expect(await client.command("SCAN", "x")).toEqual(new RespError("ERR invalid cursor"));
    expect(await client.command("SCAN")).toEqual(
      new RespError("ERR wrong number of arguments for 'scan' command"),
    );
    for (const options of [["COUNT", "0"], ["COUNT", "x"], ["MATCH"], ["SOMETHING", "1"]]) {
      const alone = await fleet.servers[0]!.command("SCAN", "0", ...options) as RespError;
      const reply = await client.command("SCAN", "0", ...options) as RespError;
      expect(reply.message).toStartWith(alone.message);
      if (count === 1) expect(reply).toEqual(alone);
    }
  });

  test("answers in the order asked, among requests of other kinds", async () => {
    using client = await fleet.connect();
    for (let i = 0; i < 30; i++) {
      client.send("ECHO", `${i}`);
      client.send("SCAN", "0", "COUNT", "50");
      client.send("GET", keys[i]!);
    }
    for (let i = 0; i < 30; i++) {
      const [echo, [cursor], value] = await client.readReplies(3) as [string, Page, string];
      expect([echo, cursor !== "0", value]).toEqual([`${i}`, true, "v"]);
    }
  });

  test("is refused when a page is longer than max_keys_reply", async () => {
    using client = await fleet.connect();
    const long = `long:{tag}:${"x".repeat(1000)}`;
    client.write(pipeline(Array.from({ length: 400 }, (_, i) => ["SET", `${long}${i}`, "v"])));
    await client.readReplies(400);
    let cursor = "0";
    const replies: unknown[] = [];
    do {
      const reply = await client.command("SCAN", cursor, "COUNT", "1000000");
      replies.push(reply);
      cursor = reply instanceof RespError ? "0" : (reply as Page)[0];
    } while (cursor !== "0");
    expect(replies.at(-1)).toEqual(
      new RespError("ERR the reply to SCAN is longer than max_keys_reply (61440 bytes); use a smaller COUNT"),
    );
    expect((await scan(client, "COUNT", "5")).length).toBe(2430);
  });
});

describe.skipIf(reasonToSkip("redis-server") !== null)("SCAN", () => {
  test("over one server gives that server's pages, byte for byte but for the cursor", async () => {
    await using fleet = await Fleet.start([await RedisServer.start()]);
    using client = await fleet.connect();
    const [server] = fleet.servers;
    const number = numberServers([server!.address], new Map()).get(server!.address)!;
    client.write(pipeline(Array.from({ length: 500 }, (_, i) => ["SET", `key:${i}`, "v"])));
    await client.readReplies(500);
    let own = "0";
    let cursor = "0";
    do {
      const [next, keys] = await server!.command("SCAN", own, "COUNT", "13") as Page;
      const expected = next === "0" ? "0" : String(Number(next) * 1024 + number);
      client.send("SCAN", cursor, "COUNT", "13");
      const bytes = array([bulk(expected), array(keys.map((key) => bulk(key)))]);
      expect((await client.readRawReply()).toString()).toBe(bytes.toString());
      [own, cursor] = [next, expected];
    } while (own !== "0");
  });

  test("names the server that fails, and goes on once it is back", async () => {
    await using fleet = await Fleet.start(await RedisServer.startMany(2), { options: { timeout: 2000 } });
    using client = await fleet.connect();
    for (let i = 0; i < 40; i++) await client.command("SET", `key:${i}`, "v");
    const all = (await scan(client)).length;
    expect(all).toBe(40);
    const numbers = numberServers(fleet.servers.map(({ address }) => address), new Map());
    const [last] = fleet.servers.toSorted((a, b) => numbers.get(b.address)! - numbers.get(a.address)!);
    const cursor = String(numbers.get(last!.address)!);
    await last!.kill();
    const error = await client.command("SCAN", cursor) as RespError;
    expect(error.message).toMatch(/^ERR Connection (refused|reset by peer|closed by server) \(server '/);
    expect(error.message).toContain(last!.address);
    await last!.restart();
    await eventually("it is back", async () => !(await client.command("SCAN", cursor) instanceof RespError));
  });

  test("refuses a server's cursor that doesn't fit, whatever it says", async () => {
    let cursor = "0";
    const server = await FakeServer.start((_, peer) =>
      peer.write(array([bulk(cursor), array([bulk("key")])]))
    );
    await using fleet = await Fleet.start([server]);
    using client = await fleet.connect();
    for (cursor of ["8796093022208", "18446744073709551615", "-1", "abc", ""]) {
      const { message } = await client.command("SCAN", "0") as RespError;
      expect(message).toStartWith(
        `ERR server '${server.address}' gave a cursor of SCAN that can't be passed on: `,
      );
      expect(message).toEndWith(cursor);
    }
    cursor = "8796093022207";
    const [next] = await page(client, "0");
    expect(Math.floor(Number(next) / 1024)).toBe(8796093022207);
  });
});

/** A proxy of two workers whose servers can be changed. */
class Setup implements AsyncDisposable {
  static readonly #listen = freePort();

  private constructor(readonly proxy: ProxyProcess) {}

  static async start(servers: readonly RedisServer[]): Promise<Setup> {
    return new Setup(await startSennit(Setup.#config(servers)));
  }

  /** Two workers, because a cursor has to be good in both. */
  static #config(servers: readonly RedisServer[]): string {
    const pool = poolConfig({ listen: Setup.#listen, servers, options: { hash: "murmur" } });
    return `workers: 2\nadmin: { listen: "off" }\npools:\n${pool.replaceAll(/^(?=.)/gm, "  ")}`;
  }

  async reload(servers: readonly RedisServer[]): Promise<void> {
    const count = () => this.proxy.log.split("config.reloaded").length;
    const before = count();
    writeFileSync(this.proxy.configFile, Setup.#config(servers));
    this.proxy.signal("SIGHUP");
    await eventually("the configuration is reloaded", () => count() > before);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.proxy[Symbol.asyncDispose]();
  }
}

describe.skipIf(reasonToSkip("redis-server") !== null)("SCAN while keys and servers come and go", () => {
  let servers: RedisServer[];
  beforeAll(async () => void (servers = await RedisServer.startMany(5)));
  afterAll(async () => {
    for (const server of servers) await server[Symbol.asyncDispose]();
  });

  test("finds every key that stays, over any connection and worker", async () => {
    const random = new Random("scan");
    for (let round = 0; round < 3; round++) {
      for (const server of servers) await server.command("FLUSHALL");
      let members = servers.slice(0, 3);
      await using setup = await Setup.start(members);
      using writer = await setup.proxy.connect();
      const staying = Array.from({ length: random.integer(50, 1500) }, (_, i) => `stays:${i}`);
      writer.write(pipeline(staying.map((key) => ["SET", key, "v"])));
      await writer.readReplies(staying.length);
      // Those of servers that will be there to the end.
      const leaving = servers[random.integer(0, 2)]!;
      const constant = new Set<string>();
      for (const server of members.filter((each) => each !== leaving)) {
        for (const key of await server.command("KEYS", "stays:*") as string[]) constant.add(key);
      }
      const found = new Set<string>();
      let cursor = "0";
      let pages = 0;
      do {
        using client = await setup.proxy.connect();
        const [next, keys] = await page(client, cursor, "COUNT", String(random.pick([3, 10, 50])));
        for (const key of keys) found.add(key);
        cursor = next;
        await change(writer, random, pages);
        if (++pages === 3) await setup.reload(members = servers.slice(0, 4));
        if (pages === 8) await setup.reload(members = members.filter((each) => each !== leaving));
        if (pages === 12) await setup.reload(members = [...members, servers[4]!].reverse());
      } while (cursor !== "0");
      expect([...constant].filter((key) => !found.has(key))).toEqual([]);
    }
  }, 60_000);
});

/** Adds and deletes keys that are not to stay, so that the servers' tables grow and shrink. */
async function change(client: RawClient, random: Random, step: number): Promise<void> {
  const requests = Array.from({ length: random.pick([0, 20, 300]) }, (_, i) => {
    const grows = step % 6 < 3;
    return grows ? ["SET", `goes:${step}:${i}`, "v"] : ["DEL", `goes:${step - 3}:${i}`];
  });
  if (requests.length === 0) return;
  client.write(pipeline(requests));
  await client.readReplies(requests.length);
}
