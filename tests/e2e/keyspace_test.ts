/** Commands about all keys of a pool: over several servers they answer as over one, or say which server failed. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { reasonToSkip } from "../support/programs.ts";
import type { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import { RespError } from "../support/resp.ts";
import type { Argument } from "../support/resp_encoder.ts";
import { Fleet } from "./fleet.ts";

const OPTIONS = { admin_commands: true, auto_eject_hosts: false, timeout: 2000 };
const KEYS = Array.from({ length: 300 }, (_, i) => `key:${i}`);

/** Sets all keys. */
async function fill(client: RawClient): Promise<void> {
  for (const key of KEYS) client.send("SET", key, "v");
  expect(new Set(await client.readReplies(KEYS.length))).toEqual(new Set(["OK"]));
}

describe.skipIf(reasonToSkip("redis-server") !== null).each([1, 3])("Over %d servers", (count) => {
  let fleet: Fleet<RedisServer>;

  beforeAll(async () => {
    fleet = await Fleet.start(await RedisServer.startMany(count), { options: OPTIONS });
  });
  afterAll(() => fleet[Symbol.asyncDispose]());
  beforeEach(async () => {
    for (const server of fleet.servers) await server.command("FLUSHALL");
  });

  test("DBSIZE counts the keys of all, and FLUSHALL and FLUSHDB remove them", async () => {
    using client = await fleet.connect();
    for (const flush of [["FLUSHALL"], ["FLUSHALL", "ASYNC"], ["FLUSHDB", "sync"], ["flushdb"]]) {
      await fill(client);
      client.send("DBSIZE");
      client.send(...flush);
      client.send("DBSIZE");
      client.send("GET", KEYS[0]!);
      expect(await client.readReplies(4)).toEqual([KEYS.length, "OK", 0, null]);
    }
  });

  test("KEYS lists those of all that match", async () => {
    using client = await fleet.connect();
    await fill(client);
    expect((await client.command("KEYS", "*") as string[]).sort()).toEqual(KEYS.toSorted());
    expect((await client.command("KEYS", "key:1?") as string[]).length).toBe(10);
    expect(await client.command("KEYS", "nosuch*")).toEqual([]);
  });

  test("RANDOMKEY gives every key now and then, and none when there is none", async () => {
    using client = await fleet.connect();
    expect(await client.command("RANDOMKEY")).toBeNull();
    const keys = KEYS.slice(0, 12);
    for (const key of keys) await client.command("SET", key, "v");
    const drawn = new Set();
    for (let i = 0; i < 400; i++) client.send("RANDOMKEY");
    for (const key of await client.readReplies(400)) drawn.add(key);
    expect([...drawn].sort()).toEqual(keys.toSorted());
  });

  test("LASTSAVE, BGSAVE, SAVE and BGREWRITEAOF are for all", async () => {
    using client = await fleet.connect();
    const before = await client.command("LASTSAVE") as number;
    expect(Math.abs(before - Date.now() / 1000)).toBeLessThan(600);
    expect(await client.command("SAVE")).toBe("OK");
    expect(await client.command("BGSAVE")).toBe("Background saving started");
    expect(await client.command("BGREWRITEAOF")).toStartWith("Background append only file rewriting");
  });

  test("what is wrong with a request is said as a server says it", async () => {
    using client = await fleet.connect();
    const requests: Argument[][] = [
      ["FLUSHALL", "SOON"],
      ["FLUSHDB", "ASYNC", "SYNC"],
      ["DBSIZE", "x"],
      ["KEYS"],
      ["BGSAVE", "NOW"],
      ["RANDOMKEY", "x"],
    ];
    for (const request of requests) {
      const alone = await fleet.servers[0]!.command(...request);
      expect(alone).toBeInstanceOf(RespError);
      expect(await client.command(...request)).toEqual(alone);
    }
  });

  test("replies come in the order asked, others being on their way", async () => {
    using client = await fleet.connect();
    for (let i = 0; i < 50; i++) {
      client.send("SET", `k${i}`, "v");
      client.send("DBSIZE");
    }
    client.send("FLUSHALL");
    client.send("DBSIZE");
    const replies = await client.readReplies(102);
    expect(replies).toEqual([...Array.from({ length: 50 }, (_, i) => ["OK", i + 1]).flat(), "OK", 0]);
  });
});

describe.skipIf(reasonToSkip("redis-server") !== null)("When one of three servers is down", () => {
  test("every command for all says which, and none answers in part", async () => {
    await using fleet = await Fleet.start(await RedisServer.startMany(3), { options: OPTIONS });
    using client = await fleet.connect();
    await fill(client);
    const [dead] = fleet.servers;
    await dead!.kill();
    const error = new RegExp(
      `^ERR Connection (refused|reset by peer|closed by server) \\(server '${dead!.address}'\\)$`,
    );
    const requests = [["DBSIZE"], ["KEYS", "*"], ["RANDOMKEY"], ["LASTSAVE"], ["FLUSHALL"]];
    for (const request of requests) {
      expect((await client.command(...request) as RespError).message).toMatch(error);
    }
    expect(await client.command("GET", fleet.keyOn(1))).toBeNull();
  });
});

describe.skipIf(reasonToSkip("redis-server") !== null).each([1, 3])("KEYS over %d servers", (count) => {
  test("is refused beyond max_keys_reply, and the client and the servers go on", async () => {
    const options = { ...OPTIONS, max_keys_reply: "100kb" };
    await using fleet = await Fleet.start(await RedisServer.startMany(count), { options });
    using client = await fleet.connect();
    for (let i = 0; i < 3000; i++) client.send("SET", `${"k".repeat(200)}:${i}`, "v");
    await client.readReplies(3000);
    const message = "ERR the reply to KEYS is longer than max_keys_reply (102400 bytes); use SCAN";
    for (let i = 0; i < 20; i++) {
      client.send("ECHO", `before ${i}`);
      client.send("KEYS", "*");
      client.send("KEYS", `*:1`);
      client.send("ECHO", `behind ${i}`);
    }
    for (let i = 0; i < 20; i++) {
      expect(await client.readReplies(4)).toEqual([
        `before ${i}`,
        new RespError(message),
        [`${"k".repeat(200)}:1`],
        `behind ${i}`,
      ]);
    }
    expect(await client.command("DBSIZE")).toBe(3000);
  });
});
