/**
 * Over three memcacheds, the proxy answers as one memcached would: keys of one request live on several servers,
 * quiet requests leave no trace among the replies, and a server that fails takes nothing with it but its keys.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { MemcachedServer } from "../support/memcached_server.ts";
import { reasonToSkip } from "../support/programs.ts";
import { memcachedStats } from "../support/quiet.ts";
import { RawClient } from "../support/raw_client.ts";
import { Random } from "../support/seed.ts";
import { Fleet, type FleetOptions } from "./fleet.ts";
import { MemcachedTwin, randomRequest, readAnswer } from "./memcached_twin.ts";

const SERVERS = 3;
const ROUNDS = 60;
const MOST_REQUESTS = 200;
const MOST_CUTS = 20;
const MANY = 10_000;

/** Three servers in the ring that nutcracker makes by default. */
async function startFleet(options: FleetOptions["options"] = {}): Promise<Fleet<MemcachedServer>> {
  const servers = await MemcachedServer.startMany(SERVERS);
  const all = { redis: false, hash: "fnv1a_64", distribution: "ketama", timeout: 2000, ...options };
  return await Fleet.start(servers, { options: all });
}

/** A key per server. */
function keysOf(fleet: Fleet<MemcachedServer>): string[] {
  return Array.from({ length: SERVERS }, (_, server) => fleet.keyOn(server));
}

/** Stores each key's name under it. */
async function store(client: RawClient, keys: readonly string[]): Promise<void> {
  for (const key of keys) client.write(`set ${key} 0 0 ${key.length}\r\n${key}\r\n`);
  for (const _ of keys) expect(await client.readLine()).toBe("STORED");
}

/** The VALUE block of a key that `store` stored. */
function block(key: string): string {
  return `VALUE ${key} 0 ${key.length}\r\n${key}\r\n`;
}

/** What is said until the barrier is answered, without that. */
async function until(client: RawClient, bytes: string): Promise<string> {
  client.write(`${bytes}mn\r\n`);
  let said = "";
  for (;;) {
    const line = await client.readLine();
    if (line === "MN") return said;
    said += `${line}\r\n`;
  }
}

describe.skipIf(reasonToSkip("memcached") !== null)("over three servers, the proxy", () => {
  let fleet: Fleet<MemcachedServer>;

  beforeAll(async () => void (fleet = await startFleet()));
  afterAll(() => fleet?.[Symbol.asyncDispose]());

  test("answers random pipelines as one server would", async () => {
    const random = new Random("memcached pipelines");
    using client = await fleet.connect();
    const twin = new MemcachedTwin();
    expect(await until(client, "flush_all\r\n")).toBe("OK\r\n");
    for (let round = 0; round < ROUNDS; round++) {
      const requests = Array.from({ length: random.integer(1, MOST_REQUESTS) }, () => randomRequest(random));
      const bytes = Buffer.from(`${requests.map(({ bytes }) => bytes).join("")}mn\r\n`);
      const cuts = Array.from(
        { length: random.integer(0, MOST_CUTS) },
        () => random.integer(0, bytes.length),
      );
      let sent = 0;
      for (const cut of [...cuts.sort((a, b) => a - b), bytes.length]) {
        client.write(bytes.subarray(sent, cut));
        sent = cut;
        await new Promise((resolve) => setImmediate(resolve));
      }
      for (const request of requests) {
        const expected = twin.answer(request);
        if (expected === null) continue;
        const what = `round ${round}: ${JSON.stringify(request.bytes.slice(0, 200))} is answered`;
        expect([what, ...await readAnswer(client)]).toEqual([what, ...expected]);
      }
      expect(await client.readLine()).toBe("MN");
    }
  }, 60_000);

  test("keeps each key on the server that the ring gives it", async () => {
    using client = await fleet.connect();
    const keys = keysOf(fleet);
    await store(client, keys);
    for (const [index, server] of fleet.servers.entries()) {
      using direct = await RawClient.connect(server.endpoint);
      expect(await until(direct, `get ${keys.join(" ")}\r\n`)).toBe(`${block(keys[index]!)}END\r\n`);
    }
  });

  test("sends a key in base64 where the plain key is", async () => {
    using client = await fleet.connect();
    for (let i = 0; i < 50; i++) {
      const key = `base64:${i}`;
      const encoded = Buffer.from(key).toString("base64");
      await store(client, [key]);
      // The server writes the key as it was when the value was stored.
      const hit = `VA ${key.length} k${key}\r\n${key}\r\n`;
      expect(await until(client, `mg ${encoded} b v k\r\n`)).toBe(hit);
      expect(await until(client, `ms ${encoded} b 3 q\r\n`)).toStartWith("CLIENT_ERROR ");
      expect(await until(client, `ms ${encoded} 3 b q\r\nnew\r\nget ${key}\r\n`)).toBe(
        `VALUE ${key} 0 3\r\nnew\r\nEND\r\n`,
      );
      expect(await until(client, `md ${encoded} b q\r\nget ${key}\r\nmg ${encoded} b v q\r\n`)).toBe(
        "END\r\n",
      );
    }
  });

  test("flushes all servers", async () => {
    using client = await fleet.connect();
    const keys = keysOf(fleet);
    for (const flush of ["flush_all", "flush_all 0", "flush_all noreply", "flush_all 0 noreply"]) {
      await store(client, keys);
      const said = flush.endsWith("noreply") ? "" : "OK\r\n";
      expect(await until(client, `${flush}\r\nget ${keys.join(" ")}\r\n`)).toBe(`${said}END\r\n`);
    }
  });

  test("answers `mn` after everything that was asked before, said or not", async () => {
    using client = await fleet.connect();
    const sets = Array.from({ length: MANY }, (_, i) => `set many:${i} 0 0 6 noreply\r\nv${10_000 + i}\r\n`);
    expect(await until(client, sets.join(""))).toBe("");
    for (const server of fleet.servers) {
      using direct = await RawClient.connect(server.endpoint);
      expect(await until(direct, "stats\r\n")).not.toContain("STAT curr_items 0\r\n");
    }
    for (let first = 0; first < MANY; first += 100) {
      const numbers = Array.from({ length: 100 }, (_, i) => first + i);
      const values = await until(client, `get ${numbers.map((i) => `many:${i}`).join(" ")}\r\n`);
      const found = Array.from(
        values.matchAll(/VALUE many:(\d+) 0 6\r\nv(\d+)\r\n/g),
        ([, key, value]) => [key, value],
      );
      expect(found.map(Number)).toHaveLength(100);
      for (const [key, value] of found) expect(Number(value)).toBe(10_000 + Number(key));
    }
  }, 30_000);

  test("answers quiet requests only where a memcached would", async () => {
    using client = await fleet.connect();
    const keys = keysOf(fleet);
    await until(client, keys.map((key) => `delete ${key} noreply\r\n`).join(""));
    const misses = keys.map((key) => `mg ${key} v q\r\nmd ${key} q\r\nma ${key} q\r\n`).join("");
    expect(await until(client, misses)).toBe("NF\r\nNF\r\n".repeat(SERVERS));
    const sets = keys.map((key) => `ms ${key} 1 q\r\n5\r\nma ${key} q\r\nmg ${key} v k q\r\n`).join("");
    expect(await until(client, sets)).toBe(keys.map((key) => `VA 1 k${key}\r\n6\r\n`).join(""));
    expect(await until(client, keys.map((key) => `md ${key} q\r\nmg ${key} q\r\n`).join(""))).toBe("");
  });

  test("refuses the binary protocol, says so in the log, counts it, and closes", async () => {
    using other = await fleet.connect();
    const faults = async () => Number((await memcachedStats(other)).get("client_protocol_errors"));
    const before = await faults();
    using client = await fleet.connect();
    client.write(Buffer.concat([Buffer.from([0x80, 0x0b]), Buffer.alloc(22)]));
    const said = (await client.readUntilClose()).toString("latin1");
    expect(said).toMatch(/^CLIENT_ERROR .*binary protocol.*\r\n$/);
    await eventually("it is counted", async () => await faults() === before + 1);
    expect(fleet.logged("client.fault").at(-1)).toContain("binary protocol");
  });

  test("refuses keys with control characters and goes on", async () => {
    using client = await fleet.connect();
    const refused = "CLIENT_ERROR bad command line format\r\n";
    expect(await until(client, "get a\x01b\r\nget a b\x7f\r\nset \x02 0 0 9\r\nflush_all\r\n")).toBe(
      refused.repeat(3),
    );
    expect(await until(client, "get a\r\n")).toBe("END\r\n");
  });

  test("refuses to shut down, and closes when it is told to quit", async () => {
    using client = await fleet.connect();
    expect(await until(client, "shutdown\r\nshutdown graceful\r\n")).toBe(
      "ERROR: shutdown not enabled\r\n".repeat(2),
    );
    client.write("get a\r\nquit\r\nget a\r\n");
    expect((await client.readUntilClose()).toString()).toBe("END\r\n");
  });
});

describe.skipIf(reasonToSkip("memcached") !== null)("when one of three servers is killed", () => {
  const DEAD = 1;

  /** Kills it, and waits until a client hears of it. */
  async function killDead({ servers }: Fleet<MemcachedServer>, client: RawClient, keys: readonly string[]) {
    await servers[DEAD]!.kill();
    const isMissed = async () => /^SERVER_ERROR .+\r\n$/.test(await until(client, `get ${keys[DEAD]}\r\n`));
    await eventually("the server is missed", isMissed);
  }

  test.each(["miss", "error"])(
    "a get of several keys is answered as `get_failures: %s` says",
    async (failures) => {
      await using fleet = await startFleet(failures === "miss" ? {} : { get_failures: failures });
      using client = await fleet.connect();
      const keys = keysOf(fleet);
      await store(client, keys);
      await killDead(fleet, client, keys);
      const failure = /^SERVER_ERROR [^\r\n]+\r\n$/;
      for (const command of ["get", "gat 0"]) {
        const said = await until(client, `${command} ${keys.join(" ")}\r\n`);
        if (failures === "error") {
          expect(said).toMatch(failure);
        } else {expect(blocksOf(said)).toEqual([
            ...keys.filter((_, i) => i !== DEAD).map(block),
            "END\r\n",
          ].sort());}
      }
      const dead = keys[DEAD]!;
      for (
        const line of [
          `get ${dead}`,
          `gets ${dead}`,
          `delete ${dead}`,
          `mg ${dead} v`,
          `mg ${dead} v q`,
          "flush_all",
        ]
      ) {
        expect(await until(client, `${line}\r\n`)).toMatch(failure);
      }
      expect(await until(client, `set ${dead} 0 0 9\r\nflush_all\r\n`)).toMatch(failure);
      expect(await until(client, `set ${dead} 0 0 9 noreply\r\nflush_all\r\nflush_all noreply\r\n`)).toBe("");
      await store(client, keys.filter((key) => key !== dead));
    },
    20_000,
  );

  test("its keys are found again once it is back", async () => {
    await using fleet = await startFleet();
    using client = await fleet.connect();
    const keys = keysOf(fleet);
    await store(client, keys);
    await killDead(fleet, client, keys);
    await fleet.servers[DEAD]!.restart();
    await eventually(
      "the server is found",
      async () => await until(client, `set ${keys[DEAD]} 0 0 1\r\nx\r\n`) === "STORED\r\n",
    );
    expect(blocksOf(await until(client, `get ${keys.join(" ")}\r\n`))).toHaveLength(SERVERS + 1);
  }, 20_000);
});

/** VALUE blocks and END, in one order. */
function blocksOf(said: string): string[] {
  return said.split(/(?=VALUE )|(?=END)/).sort();
}
