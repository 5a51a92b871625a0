/** What a store promises beyond single replies: large collections, scans, expiry, limits, passwords. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { eventually } from "../support/eventually.ts";
import type { RawClient } from "../support/raw_client.ts";
import { type Argument, pipeline } from "../support/resp_encoder.ts";
import { RespError, type RespValue } from "../support/resp.ts";
import { runSennit } from "../support/sennit.ts";
import { StoreProcess } from "../support/store_process.ts";
import { TempDir } from "../support/temp_dir.ts";

const MB = 1024 * 1024;
let store: StoreProcess;
let client: RawClient;

beforeAll(async () => {
  store = await StoreProcess.start("sqlite::memory:");
  client = await store.connect();
});
afterAll(async () => {
  client[Symbol.dispose]();
  await store[Symbol.asyncDispose]();
});

const ask = (...words: Argument[]) => client.command(...words);

async function pipelined(on: RawClient, commands: readonly (readonly Argument[])[]): Promise<RespValue[]> {
  on.write(pipeline(commands));
  return await on.readReplies(commands.length);
}

test("DUMP and RESTORE carry every type, and nothing that is damaged or somebody else's", async () => {
  await pipelined(client, [
    ["FLUSHALL"],
    ["SET", "s", "\u00ff\u0000text"],
    ["HSET", "h", "a", "1", "b", ""],
    ["RPUSH", "l", "x", "y", "x"],
    ["SADD", "e", "a", "b"],
    ["ZADD", "z", "1.5", "a", "-inf", "b"],
  ]);
  const reads = {
    s: ["GET"],
    h: ["HGETALL"],
    l: ["LRANGE", "0", "-1"],
    e: ["SMEMBERS"],
    z: ["ZRANGE", "0", "-1", "WITHSCORES"],
  };
  for (const [name, [read, ...rest]] of Object.entries(reads)) {
    client.send("DUMP", name);
    const raw = await client.readRawReply();
    const payload = raw.subarray(raw.indexOf("\r\n") + 2, -2);
    expect(await ask("RESTORE", `${name}2`, "0", payload)).toBe("OK");
    expect(await ask(read!, `${name}2`, ...rest)).toEqual(await ask(read!, name, ...rest));
    expect(await ask("RESTORE", name, "0", payload)).toEqual(
      new RespError("BUSYKEY Target key name already exists."),
    );
    expect(await ask("RESTORE", name, "5000", payload, "REPLACE")).toBe("OK");
    expect(await ask("PTTL", name)).toBeGreaterThan(0);
    const damaged = Buffer.from(payload);
    damaged[damaged.length >> 1]! ^= 1;
    expect(await ask("RESTORE", "new", "0", damaged)).toEqual(
      new RespError("ERR DUMP payload version or checksum are wrong"),
    );
  }
});

test("EXEC does nothing when a watched key has changed, be it by its time", async () => {
  using other = await store.connect();
  for (
    const change of [["SET", "k", "2"], ["PEXPIRE", "k", "1"], ["DEL", "k"], ["FLUSHALL"], [
      "RENAME",
      "j",
      "k",
    ]]
  ) {
    await pipelined(client, [["FLUSHALL"], ["SET", "k", "1"], ["SET", "j", "1"], ["WATCH", "k"]]);
    await other.command(...change);
    await eventually(
      "it is over",
      async () => change[0] !== "PEXPIRE" || await other.command("TTL", "k") === -2,
    );
    expect(await pipelined(client, [["MULTI"], ["SET", "k", "3"], ["EXEC"]])).toEqual(["OK", "QUEUED", null]);
  }
  await pipelined(client, [["SET", "k", "1"], ["WATCH", "k"], ["UNWATCH"]]);
  await other.command("SET", "k", "2");
  expect(await pipelined(client, [["MULTI"], ["INCR", "k"], ["EXEC"]])).toEqual(["OK", "QUEUED", [3]]);
});

test("keys whose time is over go without being asked for", async () => {
  await ask("FLUSHALL");
  await pipelined(client, Array.from({ length: 3000 }, (_, i) => ["SET", `key${i}`, "v", "PX", "1"]));
  await ask("SET", "stays", "v");
  await eventually("they are gone", async () => await ask("DBSIZE") === 1);
});

describe("limits:", () => {
  test("a client that doesn't read is held, and others are served", async () => {
    await ask("SET", "large", Buffer.alloc(MB));
    using deaf = await store.connect();
    deaf.pause();
    deaf.write(pipeline(Array.from({ length: 2000 }, () => ["GET", "large"])));
    for (let i = 0; i < 20; i++) expect(await ask("STRLEN", "large")).toBe(MB);
    expect(store.process.rss()).toBeLessThan(400 * MB);
  });

  test("a reply that would be too long is an error, and the connection lives", async () => {
    await pipelined(client, [
      ["FLUSHALL"],
      ...Array.from({ length: 70 }, () => ["RPUSH", "l", Buffer.alloc(MB)]),
    ]);
    const reply = await ask("LRANGE", "l", "0", "-1");
    expect((reply as RespError).message).toContain("ask for it in parts");
    expect((await ask("LRANGE", "l", "0", "9") as string[]).length).toBe(10);
    expect(store.process.rss()).toBeLessThan(600 * MB);
    await ask("FLUSHALL");
  });

  test("a key that an index can't take is refused, and nothing else of the command done", async () => {
    const long = "x".repeat(70_000);
    for (const command of [["SET", long, "v"], ["SADD", "e", "a", long], ["MSET", "a", "1", long, "2"]]) {
      expect((await ask(...command) as RespError).message).toContain("is longer than sqlite can index");
    }
    expect(await ask("EXISTS", "e", "a")).toBe(0);
  });

  test("what a store doesn't have it says so", async () => {
    expect(await ask("XADD", "s", "*", "a", "b")).toEqual(
      new RespError(
        "ERR XADD is not served by this store, which keeps strings, hashes, lists, sets and sorted sets",
      ),
    );
  });
});

describe("sennit store", () => {
  test("answers what was asked before it is told to end, and ends", async () => {
    using dir = new TempDir();
    const database = `sqlite:${dir.file("store.db")}`;
    await using first = await StoreProcess.start(database);
    using asking = await first.connect();
    asking.write(pipeline(Array.from({ length: 5000 }, () => ["INCR", "n"])));
    await asking.readReply();
    first.process.signal("SIGTERM");
    const last = (await asking.readUntilClose()).toString("latin1").trimEnd().split("\r\n").at(-1);
    expect(await first.process.exited).toBe(0);
    await using second = await StoreProcess.start(database);
    expect(`:${await second.command("GET", "n")}`).toBe(last!);
  });

  test.each(["POST / HTTP/1.1", "GET / HTTP/1.1\r\nHost: localhost"])(
    "does nothing of what stands in an HTTP request: %j",
    async (head) => {
      using browser = await store.connect();
      browser.write(`${head}\r\nContent-Length: 20\r\n\r\nSET stolen 1\r\n`);
      await browser.readUntilClose();
      expect(await ask("EXISTS", "stolen")).toBe(0);
    },
  );

  test("listens on a unix socket, also where one is left that was killed", async () => {
    using dir = new TempDir();
    const path = dir.file("socket");
    for (const signal of ["SIGKILL", "SIGTERM"] as const) {
      const unix = await StoreProcess.start("sqlite::memory:", { path });
      expect(await unix.command("PING")).toBe("PONG");
      unix.process.signal(signal);
      await unix.process.exited;
      expect(existsSync(path)).toBe(signal === "SIGKILL");
    }
  });

  test("wants the password of its file, and has other machines shut out without one", async () => {
    using dir = new TempDir();
    writeFileSync(dir.file("password"), "secret\n");
    await using guarded = await StoreProcess.start("sqlite::memory:", {
      args: ["--password-file", dir.file("password")],
    });
    using stranger = await guarded.connect();
    expect(await stranger.command("GET", "a")).toEqual(new RespError("NOAUTH Authentication required."));
    expect(await stranger.command("AUTH", "wrong")).toEqual(
      new RespError("WRONGPASS invalid username-password pair or user is disabled."),
    );
    expect(await stranger.command("AUTH", "secret")).toBe("OK");
    expect(await stranger.command("GET", "a")).toBe(null);
    const open = await runSennit("store", "--listen", "0.0.0.0:7001", "sqlite::memory:");
    expect(open).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("--password-file") });
  });

  test.each([
    [["store"], "exactly one DATABASE is needed"],
    [["store", "oracle:x"], '"oracle" is no database that this knows'],
    [["store", "--durability", "maybe", "sqlite:x"], "--durability maybe: write write, interval, off"],
    [["store", "sqlite:/nosuch/dir/x.db"], "/nosuch/dir/x.db: can't be opened or made"],
  ])("%j says why not", async (args, reason) => {
    const { exitCode, stderr } = await runSennit(...args as string[]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining(reason as string) });
  });
});
