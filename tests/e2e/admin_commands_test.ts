/** Commands that administer: who may send them, and what CLIENT LIST, KILL and PAUSE do over all workers. */
import { describe, expect, test } from "bun:test";
import { ALL_COMMANDS } from "../../src/protocol/redis/command_table.ts";
import { eventually } from "../support/eventually.ts";
import { reasonToSkip } from "../support/programs.ts";
import type { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import { RespError } from "../support/resp.ts";
import { Fleet } from "./fleet.ts";

const skip = reasonToSkip("redis-server") !== null;
const ADMIN = { admin_commands: true };

/** Never served, whoever asks. */
const NEVER = [
  ...[
    "SHUTDOWN",
    "REPLICAOF NO ONE",
    "SLAVEOF NO ONE",
    "SYNC",
    "PSYNC ? -1",
    "MIGRATE h 1 k 0 1",
    "DEBUG SLEEP 0",
  ],
  ...["ACL SETUSER x", "ACL DELUSER x", "ACL LOAD", "ACL SAVE", "MODULE LOAD x", "MODULE UNLOAD x"],
  ...["FAILOVER", "CLUSTER RESET", "REPLCONF x"],
];

async function redisFleet(workers = 1, options = {}): Promise<Fleet<RedisServer>> {
  return await Fleet.start([await RedisServer.start()], { workers, options });
}

async function idOf(client: RawClient): Promise<number> {
  return await client.command("CLIENT", "ID") as number;
}

/** The values of one field of CLIENT LIST. */
async function listed(client: RawClient, field: string): Promise<string[]> {
  const list = String(await client.command("CLIENT", "LIST"));
  return list.trim().split("\n").map((line) => new RegExp(` ${field}=(\\S*)`).exec(` ${line}`)![1]!).sort();
}

describe.skipIf(skip)("without admin_commands", () => {
  test("commands that administer are refused with the option's name, and others go on", async () => {
    await using fleet = await redisFleet();
    using client = await fleet.connect();
    using other = await fleet.connect();
    const served = ALL_COMMANDS.filter(({ administrative, handling }) =>
      administrative && handling !== "refuse"
    );
    expect(served.length).toBeGreaterThan(5);
    for (const { name, arity } of served) {
      const words = [...name.split("|"), "127.0.0.1:1", "x", "x"].slice(0, Math.abs(arity));
      const reply = await client.command(...words) as RespError;
      expect({ name, message: reply.message }).toEqual({
        name,
        message:
          `NOPERM ${name.toUpperCase().replace("|", " ")} takes admin_commands: true in pool 'main', ` +
          "or a user whose rules allow it",
      });
    }
    expect(await other.command("PING")).toBe("PONG");
    expect(await listed(client, "id")).toEqual([String(await idOf(client))]);
    expect(String(await client.command("INFO"))).toContain("redis_version");
    expect(await client.command("ROLE")).toEqual(["master", 0, []]);
    expect(await client.command("ACL", "WHOAMI")).toBe("default");
    await client.command("RPUSH", "l", "2", "1");
    expect(await client.command("SORT", "l")).toEqual(["1", "2"]);
    const dump = await client.command("DUMP", "none");
    expect(dump).toBeNull();
  });
});

describe.skipIf(skip)("with admin_commands", () => {
  test("what belongs to a server's operator is still never forwarded", async () => {
    await using fleet = await redisFleet(1, ADMIN);
    using client = await fleet.connect();
    for (const line of NEVER) {
      const reply = await client.command(...line.split(" "));
      expect({ line, refused: reply instanceof RespError }).toEqual({ line, refused: true });
    }
    const stats = String(await fleet.servers[0]!.command("INFO", "commandstats"));
    const reached = NEVER.map((line) => line.split(" ")[0]!.toLowerCase());
    expect(reached.filter((name) => stats.includes(`cmdstat_${name}`))).toEqual([]);
  });

  test("a user may administer by its rules alone", async () => {
    const users = { ops: "on nopass ~* +@all", dev: "on nopass ~* +@all -@admin" };
    await using fleet = await redisFleet(1, { users });
    using ops = await fleet.connect();
    using dev = await fleet.connect();
    await ops.command("AUTH", "ops", "");
    await dev.command("AUTH", "dev", "");
    expect(await listed(ops, "user")).toEqual(["dev", "ops"]);
    expect(await dev.command("CLIENT", "KILL", "ID", "1")).toEqual(
      new RespError("NOPERM this user has no permissions to run the 'client|kill' command"),
    );
    expect(await ops.command("CLIENT", "KILL", "USER", "dev")).toBe(1);
    expect((await dev.readUntilClose()).length).toBe(0);
  });

  test("CLIENT LIST and CLIENT KILL reach the clients of all workers", async () => {
    await using fleet = await redisFleet(2, ADMIN);
    const clients = await Promise.all(Array.from({ length: 12 }, () => fleet.connect()));
    for (const [i, client] of clients.entries()) await client.command("CLIENT", "SETNAME", `c${i}`);
    const [first, second, third] = clients as [RawClient, RawClient, RawClient];
    await eventually("all are listed", async () => (await listed(first, "id")).length === 12);
    const ids = await Promise.all(clients.map(idOf));
    expect(await listed(first, "id")).toEqual(ids.map(String).sort());
    // Ids of different workers are far apart.
    expect(new Set(ids.map((id) => Math.floor(id / 2 ** 32))).size).toBe(2);
    expect(await first.command("CLIENT", "KILL", "ID", String(ids[1]))).toBe(1);
    expect((await second.readUntilClose()).length).toBe(0);
    expect(await first.command("CLIENT", "KILL", `127.0.0.1:${third.localPort}`)).toBe("OK");
    expect((await third.readUntilClose()).length).toBe(0);
    expect(await first.command("CLIENT", "KILL", "127.0.0.1:1")).toEqual(new RespError("ERR No such client"));
    expect(await first.command("CLIENT", "KILL", "ID", String(ids[0]))).toBe(0);
    expect(await first.command("CLIENT", "KILL", "MAXAGE", "100000")).toBe(0);
    expect(await first.command("CLIENT", "KILL", "TYPE", "pubsub")).toBe(0);
    expect(await first.command("CLIENT", "KILL", "TYPE", "normal")).toBe(9);
    for (const each of clients.slice(3)) expect((await each.readUntilClose()).length).toBe(0);
    expect(await listed(first, "name")).toEqual(["c0"]);
    expect(await first.command("CLIENT", "KILL", "SKIPME", "no")).toBe(1);
    expect((await first.readUntilClose()).length).toBe(0);
    for (const each of clients) each.close();
  });

  test("CLIENT PAUSE WRITE holds writes of all workers, in order and unharmed, and lets reads go on", async () => {
    await using fleet = await redisFleet(2, ADMIN);
    const writers = await Promise.all(Array.from({ length: 8 }, () => fleet.connect()));
    using operator = await fleet.connect();
    expect(await writers[0]!.command("SET", "a", "before")).toBe("OK");
    expect(await operator.command("CLIENT", "PAUSE", "60000", "WRITE")).toBe("OK");
    const large = Buffer.alloc(1_000_000, "x");
    for (const [i, writer] of writers.entries()) {
      expect(await writer.command("GET", "a")).toBe("before");
      writer.send("GET", "a");
      writer.send("SET", `w:${i}`, i % 2 === 0 ? large : "small");
      writer.send("GET", "a");
      writer.send("STRLEN", `w:${i}`);
      expect(await writer.readReply()).toBe("before");
    }
    expect(await operator.command("GET", "a")).toBe("before");
    expect(await fleet.servers[0]!.command("EXISTS", ...writers.map((_, i) => `w:${i}`))).toBe(0);
    await fleet.servers[0]!.command("SET", "a", "after");
    expect(await operator.command("CLIENT", "UNPAUSE")).toBe("OK");
    for (const [i, writer] of writers.entries()) {
      expect(await writer.readReplies(3)).toEqual(["OK", "after", i % 2 === 0 ? 1_000_000 : 5]);
      writer.close();
    }
    expect(await operator.command("SET", "a", "free")).toBe("OK");
  });

  test("CLIENT PAUSE holds everything until its time is over, but not what the proxy answers itself", async () => {
    await using fleet = await redisFleet(1, ADMIN);
    using client = await fleet.connect();
    using operator = await fleet.connect();
    expect(await operator.command("CLIENT", "PAUSE", "400")).toBe("OK");
    client.send("PING");
    client.send("GET", "a");
    client.send("PING");
    client.halfClose();
    expect(await client.readReply()).toBe("PONG");
    expect(await operator.command("CLIENT", "PAUSE", "x")).toBeInstanceOf(RespError);
    expect(await client.readReplies(2)).toEqual([null, "PONG"]);
    expect((await client.readUntilClose()).length).toBe(0);
  });
});
