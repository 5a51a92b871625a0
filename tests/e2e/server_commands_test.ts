/** Commands about servers, where there are several: settings, statistics, INFO, and those that only look like a cluster's. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { ALL_COMMANDS } from "../../src/protocol/redis/command_table.ts";
import { eventually } from "../support/eventually.ts";
import { reasonToSkip } from "../support/programs.ts";
import { RedisServer } from "../support/redis_server.ts";
import { RespError, type RespValue } from "../support/resp.ts";
import { Fleet } from "./fleet.ts";

const OPTIONS = { admin_commands: true, hash_tag: "{}", timeout: 2000 };

describe.skipIf(reasonToSkip("redis-server") !== null).each([1, 3])("Over %d servers", (count) => {
  let fleet: Fleet<RedisServer>;
  const names = () => fleet.servers.map(({ address }) => address).sort();

  beforeAll(async () => {
    fleet = await Fleet.start(await RedisServer.startMany(count), { options: OPTIONS });
  });
  afterAll(() => fleet[Symbol.asyncDispose]());
  beforeEach(async () => {
    for (const server of fleet.servers) await server.command("FLUSHALL");
  });

  test("CONFIG SET and GET are for all, and what differs says who has which", async () => {
    using client = await fleet.connect();
    expect(await client.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru", "hz", "11")).toBe("OK");
    for (const server of fleet.servers) {
      expect(await server.command("CONFIG", "GET", "hz")).toEqual(["hz", "11"]);
    }
    expect(await client.command("CONFIG", "GET", "maxmemory-policy")).toEqual([
      "maxmemory-policy",
      "allkeys-lru",
    ]);
    expect(await client.command("CONFIG", "GET", "nosuch")).toEqual([]);
    await fleet.servers[0]!.command("CONFIG", "SET", "hz", "12");
    const [, hz] = await client.command("CONFIG", "GET", "hz") as [string, string];
    if (count === 1) expect(hz).toBe("12");
    else for (const name of names()) expect(hz).toContain(`${name}: 1`);
    expect(await client.command("CONFIG", "RESETSTAT")).toBe("OK");
    for (const request of [["CONFIG", "SET", "nosuch", "1"], ["CONFIG", "GET"], ["CONFIG", "REWRITE"]]) {
      const alone = await fleet.servers[0]!.command(...request);
      expect(alone).toBeInstanceOf(RespError);
      expect(await client.command(...request)).toEqual(alone);
    }
  });

  test("MEMORY and LATENCY answer for each server by its name", async () => {
    using client = await fleet.connect();
    await client.command("SET", "k", "v");
    expect(await client.command("MEMORY", "USAGE", "k")).toBeNumber();
    expect(await client.command("MEMORY", "PURGE")).toBe("OK");
    expect(await client.command("LATENCY", "RESET")).toBe(0);
    for (
      const request of [["MEMORY", "STATS"], ["MEMORY", "DOCTOR"], ["LATENCY", "LATEST"], [
        "LATENCY",
        "DOCTOR",
      ]]
    ) {
      const reply = await client.command(...request) as RespValue[];
      const alone = await fleet.servers[0]!.command(...request) as RespValue[];
      if (count === 1) {
        expect(reply.length).toBe(alone.length);
        continue;
      }
      expect(reply.filter((_, i) => i % 2 === 0).toSorted()).toEqual(names());
      for (const part of reply.filter((_, i) => i % 2 === 1)) expect(typeof part).toBe(typeof alone);
    }
  });

  test("INFO counts the keys of all, and has a section of each server's own when asked for servers", async () => {
    using client = await fleet.connect();
    for (let i = 0; i < 50; i++) await client.command("SET", `k${i}`, "v", ...i < 20 ? ["EX", "100"] : []);
    expect(await client.command("INFO", "keyspace")).toMatch(
      /^# Keyspace\r\ndb0:keys=50,expires=20,avg_ttl=\d+\r\n$/,
    );
    const servers = await client.command("INFO", "servers") as string;
    expect(servers.match(/^# Server .*$/gm)!.map((line) => line.slice("# Server ".length).trim()).sort())
      .toEqual(
        names(),
      );
    expect(servers.match(/^state:up\r$/gm)!.length).toBe(count);
    expect(servers.match(/^tcp_port:\d+\r$/gm)!.length).toBe(count);
    const usual = await client.command("INFO") as string;
    expect(usual).toContain("redis_version:");
    expect(usual).not.toContain("state:up");
    const all = await client.command("INFO", "all") as string;
    expect(all).toContain("db0:keys=50,");
    const keys = all.match(/^[a-z_0-9]+(?=:)/gm)!;
    expect(new Set(keys).size).toBe(keys.length);
  });

  test("INFO names a server that is missing instead of counting the keys of the others", async () => {
    using client = await fleet.connect();
    await client.command("SET", "k", "v");
    const [dead] = fleet.servers;
    await dead!.kill();
    await client.command("GET", fleet.keyOn(0));
    expect(await client.command("INFO", "keyspace")).toBe(
      `# Keyspace\r\nmissing_servers:${dead!.address}\r\n`,
    );
    const servers = await client.command("INFO", "servers") as string;
    expect(servers).toMatch(new RegExp(`# Server ${dead!.address}\r\nstate:down\r\nerror:ERR Connection`));
    expect(servers.match(/^state:up\r$/gm)?.length ?? 0).toBe(count - 1);
    await dead!.restart();
    await eventually("it is back", async () => typeof await client.command("DBSIZE") === "number");
  });

  test("SORT with patterns is served where it can be right, in a transaction too", async () => {
    using client = await fleet.connect();
    client.deadlineMs = 5000;
    for (const i of [1, 2, 3]) {
      await client.command("RPUSH", "{u}list", i);
      await client.command("SET", `{u}weight:${i}`, 10 - i);
      await client.command("HSET", `{u}object:${i}`, "name", `n${i}`);
    }
    const right = ["SORT", "{u}list", "BY", "{u}weight:*", "GET", "#", "GET", "{u}object:*->name"];
    expect(await client.command(...right)).toEqual(["3", "n3", "2", "n2", "1", "n1"]);
    expect(await client.command("SORT", "{u}list", "BY", "nosort", "LIMIT", 0, 2)).toEqual(["1", "2"]);
    expect(await client.command("SORT_RO", "{u}list", "DESC")).toEqual(["3", "2", "1"]);
    const wrong = [
      ["SORT", "{u}list", "BY", "weight:*"],
      ["SORT", "{u}list", "BY", "*{u}"],
      ["SORT", "{u}list", "BY", "{v}weight:*"],
      ["SORT", "{u}list", "GET", "#", "GET", "{u*}object"],
      ["SORT_RO", "{u}list", "limit", 0, 1, "get", "object:*->name"],
    ];
    for (const request of wrong) {
      const reply = await client.command(...request);
      if (count === 1) expect(reply).toBeArray();
      else expect((reply as RespError).message).toContain("keys that may live on other servers");
    }
    await client.command("MULTI");
    expect(await client.command(...right)).toBe("QUEUED");
    const queued = await client.command(...wrong[0]!);
    if (count === 1) expect(queued).toBe("QUEUED");
    else expect((queued as RespError).message).toContain("keys that may live on other servers");
    await client.command("DISCARD");
  });

  test("RENAME, COPY and MSETNX work on one server, and are CROSSSLOT over several", async () => {
    using client = await fleet.connect();
    const [key, near] = [fleet.keyOn(0), fleet.keyOn(0, "near")];
    expect(await client.command("MSETNX", key, "a", near, "b")).toBe(1);
    expect(await client.command("MSETNX", key, "a", near, "c")).toBe(0);
    expect(await client.command("RENAMENX", key, near)).toBe(0);
    expect(await client.command("RENAME", key, near)).toBe("OK");
    expect(await client.command("COPY", near, key)).toBe(1);
    expect(await client.command("COPY", near, key, "DB", 0, "REPLACE")).toBe(1);
    expect(await client.command("COPY", near, key, "DB", 1)).toEqual(
      new RespError("ERR DB index is out of range"),
    );
    expect(await client.command("OBJECT", "ENCODING", key)).toBe("embstr");
    if (count === 1) return;
    const far = fleet.keyOn(1);
    for (
      const request of [["RENAME", near, far], ["RENAMENX", near, far], ["COPY", near, far], [
        "MSETNX",
        near,
        1,
        far,
        2,
      ]]
    ) {
      expect((await client.command(...request) as RespError).message).toStartWith("CROSSSLOT ");
    }
  });

  test("CLUSTER is answered as by a server that is in no cluster", async () => {
    using client = await fleet.connect();
    const cluster = ALL_COMMANDS.filter(({ name }) => name.startsWith("cluster|"));
    const requests = [["CLUSTER"], ["CLUSTER", "NOSUCH"], ["READONLY"], ["READWRITE"], ["ASKING"]];
    for (const { name, arity, since } of cluster) {
      const words = name.toUpperCase().split("|");
      while (words.length < Math.abs(arity)) words.push("1");
      if (since < "7.0.1") requests.push(words);
    }
    for (const request of requests) {
      const alone = await fleet.servers[0]!.command(...request) as RespError;
      expect(alone).toBeInstanceOf(RespError);
      expect({ request, reply: await client.command(...request) }).toEqual({ request, reply: alone });
    }
  });
});

describe.skipIf(reasonToSkip("redis-server") !== null)("CONFIG SET", () => {
  test("says which server refused, and the others have done it", async () => {
    const [usual, odd] = await Promise.all([
      RedisServer.start(),
      RedisServer.start({ args: ["--rename-command", "CONFIG", ""] }),
    ]);
    await using fleet = await Fleet.start([usual, odd], { options: OPTIONS });
    using client = await fleet.connect();
    const { message } = await client.command("CONFIG", "SET", "hz", "20") as RespError;
    expect(message).toStartWith("ERR unknown command 'CONFIG'");
    expect(message).toEndWith(`(server '${odd.address}')`);
    expect(await usual.command("CONFIG", "GET", "hz")).toEqual(["hz", "20"]);
  });
});

describe.skipIf(reasonToSkip("redis-server") !== null)("A pool without admin_commands", () => {
  test("lets nobody administer its servers", async () => {
    await using fleet = await Fleet.start(await RedisServer.startMany(2));
    using client = await fleet.connect();
    for (
      const request of [["FLUSHALL"], ["KEYS", "*"], ["CONFIG", "GET", "*"], ["LATENCY", "DOCTOR"], ["SAVE"]]
    ) {
      expect((await client.command(...request) as RespError).message).toStartWith("NOPERM ");
    }
    expect(await client.command("DBSIZE")).toBe(0);
    expect((await client.command("DEBUG", "SLEEP", "0") as RespError).message).toStartWith("ERR DEBUG ");
  });
});
