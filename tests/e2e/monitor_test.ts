/** MONITOR: what all clients of a pool send, in whichever workers they are, in the form of Redis. */
import { describe, expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { reasonToSkip } from "../support/programs.ts";
import { RawClient } from "../support/raw_client.ts";
import { freePort } from "../support/free_port.ts";
import { poolConfig } from "../support/pool_config.ts";
import { startSennit } from "../support/sennit.ts";
import { RedisServer } from "../support/redis_server.ts";
import { RespError } from "../support/resp.ts";
import { reload } from "./reloading.ts";
import { Fleet } from "./fleet.ts";

const OPTIONS = { admin_commands: true, databases: 2 };

/** Commands whose lines are compared with those of a server alone. */
const SHOWN = [
  ["AUTH", "secret"],
  ["AUTH", "me", "secret"],
  ["HELLO", "3", "AUTH", "me", "secret", "SETNAME", "x"],
  ["HELLO", "2"],
  ["SET", "a", '1\n\r\t\b\x07"\\\x00\xff é'],
  ["get", "a"],
  ["GET"],
  ["NOSUCH"],
  ["MULTI"],
  ["SET", "b", "1"],
  ["GET", "b"],
  ["EXEC"],
  ["MULTI"],
  ["SET", "c", "1"],
  ["DISCARD"],
  ["CONFIG", "GET", "maxmemory"],
  ["CLIENT", "LIST"],
  ["CLIENT", "ID"],
  ["WATCH", "a"],
  ["UNWATCH"],
  ["BLPOP", "none", "0.01"],
  ["MGET", "a", "b"],
  ["ACL", "WHOAMI"],
  ["PING"],
];

/** What a monitor is shown of the client that sends all this, without when and from where. */
async function shownOf(monitor: RawClient, client: RawClient): Promise<string[]> {
  expect(await monitor.command("MONITOR")).toBe("OK");
  for (const words of SHOWN) await client.command(...words);
  const lines: string[] = [];
  do lines.push(await monitor.readLine()); while (!lines.at(-1)!.endsWith('"PING"'));
  return lines.map((line) => line.replace(/^\+\d+\.\d{6} \[(\d+) 127\.0\.0\.1:\d+\]/, "[$1]"));
}

describe.skipIf(reasonToSkip("redis-server") !== null)("MONITOR", () => {
  test("shows what a server alone shows, and no secrets", async () => {
    await using server = await RedisServer.start();
    await using fleet = await Fleet.start(await RedisServer.startMany(2), {
      options: { ...OPTIONS, hash_tag: "{}", distribution: "modula" },
    });
    const connections = [
      RawClient.connect(server.endpoint),
      RawClient.connect(server.endpoint),
      fleet.connect(),
      fleet.connect(),
    ];
    const [theirs, alone, ours, client] = await Promise.all(connections);
    const expected = await shownOf(theirs!, alone!);
    const transaction = expected.indexOf('[0] "MULTI"');
    expect(expected.slice(transaction, transaction + 4).at(-1)).toBe('[0] "EXEC"');
    expect(await shownOf(ours!, client!)).toEqual(expected);
    for (const each of [theirs, alone, ours, client]) each!.close();
  });

  test("shows the clients of all workers to each monitor, and stops at RESET", async () => {
    await using fleet = await Fleet.start(await RedisServer.startMany(1), { options: OPTIONS, workers: 2 });
    const clients = await Promise.all(Array.from({ length: 16 }, () => fleet.connect()));
    const monitors = clients.splice(0, 4);
    for (const monitor of monitors) expect(await monitor.command("MONITOR")).toBe("OK");
    for (const [i, client] of clients.entries()) await client.command("SET", `k${i}`, "v");
    const expected = clients.map((_, i) => `"SET" "k${i}" "v"`).sort();
    for (const monitor of monitors) {
      const lines: string[] = [];
      while (lines.length < clients.length) lines.push((await monitor.readLine()).split("] ")[1]!);
      expect(lines.sort()).toEqual(expected);
      expect(await monitor.command("GET", "k1")).toEqual(
        new RespError("ERR Replica can't interact with the keyspace"),
      );
    }
    for (const monitor of monitors) {
      // That the others have stopped is shown too.
      let reply = await monitor.command("RESET");
      while (String(reply).includes("] ")) reply = await monitor.readReply();
      expect(reply).toBe("RESET");
      expect(await monitor.command("GET", "k1")).toBe("v");
    }
    for (const client of [...clients, ...monitors]) client.close();
  });

  test("closes a monitor that doesn't read, and others notice nothing", async () => {
    await using fleet = await Fleet.start(await RedisServer.startMany(1), {
      options: { ...OPTIONS, client_outbox_hard: "1mb", max_bulk: "64kb" },
    });
    using monitor = await fleet.connect();
    expect(await monitor.command("MONITOR")).toBe("OK");
    monitor.pause();
    using client = await fleet.connect();
    await eventually("the monitor is cut", async () => {
      for (let i = 0; i < 100; i++) client.send("SET", "k", "x".repeat(16_000));
      expect(await client.readReplies(100)).toEqual(Array(100).fill("OK"));
      return fleet.logged("client.closed").length > 0;
    });
    expect(fleet.logged("client.closed")[0]).toContain("client_outbox_hard");
  });

  test("ends when a reload takes the right to it", async () => {
    await using server = await RedisServer.start();
    const listen = freePort();
    const pool = (rules: string) =>
      poolConfig({ listen, servers: [server], options: { users: { ann: rules } } });
    await using proxy = await startSennit(pool("on nopass ~* +@all"));
    using monitor = await proxy.connect();
    await monitor.command("AUTH", "ann", "x");
    expect(await monitor.command("MONITOR")).toBe("OK");
    await reload(proxy, pool("on nopass ~* +@all -monitor"));
    expect((await monitor.readUntilClose()).length).toBe(0);
  });

  test("is for those who may administer", async () => {
    await using fleet = await Fleet.start(await RedisServer.startMany(1));
    using client = await fleet.connect();
    expect(await client.command("MONITOR")).toEqual(
      new RespError(
        "NOPERM MONITOR takes admin_commands: true in pool 'main', or a user whose rules allow it",
      ),
    );
  });
});
