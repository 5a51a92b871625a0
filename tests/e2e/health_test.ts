/** Servers that keep failing leave the ring, and come back only when they have answered a probe of the proxy's own. */
import { describe, expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { poolConfig } from "../support/pool_config.ts";
import { reasonToSkip } from "../support/programs.ts";
import type { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import { RespError } from "../support/resp.ts";
import { startSennit } from "../support/sennit.ts";

const KEYS = Array.from({ length: 60 }, (_, i) => `key:${i}`);
const EJECTING = {
  hash: "murmur",
  timeout: 200,
  auto_eject_hosts: true,
  server_failure_limit: 2,
  server_retry_timeout: 200,
};

/** The keys whose SET fails. */
async function failingKeys(client: RawClient): Promise<string[]> {
  for (const key of KEYS) client.send("SET", key, "v");
  const replies = await client.readReplies(KEYS.length);
  return KEYS.filter((_, i) => replies[i] instanceof RespError);
}

describe.skipIf(reasonToSkip("redis-server") !== null)("with auto_eject_hosts", () => {
  test("the keys of a killed server move to the others, and back once it answers PING", async () => {
    await using stack = new AsyncDisposableStack();
    const servers = await RedisServer.startMany(3);
    for (const server of servers) stack.use(server);
    await using proxy = await startSennit(
      poolConfig({ listen: freePort(), servers, options: EJECTING }),
    );
    using client = await proxy.connect();
    expect(await failingKeys(client)).toEqual([]);
    await servers[1]!.kill();
    await eventually("its keys have moved", async () => (await failingKeys(client)).length === 0);
    expect(proxy.log).toMatch(/server\.ejected .*live=2 epoch=1/);
    await servers[1]!.restart();
    await eventually("it is back", () => /server\.readmitted .*live=3 epoch=2/.test(proxy.log));
    expect(await failingKeys(client)).toEqual([]);
    expect(Number(await servers[1]!.command("DBSIZE"))).toBeGreaterThan(0);
  });

  test("failures between good replies on clients' own connections are not in a row", async () => {
    await using server = await RedisServer.start();
    await using proxy = await startSennit(
      poolConfig({ listen: freePort(), servers: [server], options: EJECTING }),
    );
    for (let i = 0; i < 3; i++) {
      using client = await proxy.connect();
      await server.command("RPUSH", "list", "x");
      expect(await client.command("BLPOP", "list", "0")).toEqual(["list", "x"]);
      client.send("BLPOP", "list", "0");
      await eventually("it is blocked", async () => {
        return String(await server.command("INFO", "clients")).includes("blocked_clients:1");
      });
      await server.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      expect(await client.readReplies(1)).toEqual([expect.any(RespError)]);
    }
    expect(proxy.log).toContain(" server.failed ");
    using client = await proxy.connect();
    expect(await client.command("GET", "list")).toBeNull();
    expect(proxy.log).not.toContain(" server.ejected ");
  });

  test("a frozen server leaves, and no client's request is the probe that finds it alive", async () => {
    await using stack = new AsyncDisposableStack();
    const servers = await RedisServer.startMany(2);
    for (const server of servers) stack.use(server);
    await using proxy = await startSennit(
      poolConfig({ listen: freePort(), servers, options: EJECTING }),
    );
    using client = await proxy.connect();
    await failingKeys(client);
    await servers[0]!.freeze();
    await eventually("it is ejected", async () => {
      await failingKeys(client);
      return proxy.log.includes("server.ejected");
    });
    // Several probes are due in this time; each fails, and no request with them.
    const until = performance.now() + 1_000;
    while (performance.now() < until) expect(await failingKeys(client)).toEqual([]);
    expect(proxy.log).not.toContain("server.readmitted");
    servers[0]!.thaw();
    await eventually("it is back", () => proxy.log.includes("server.readmitted"));
    await eventually("it serves", async () => (await failingKeys(client)).length === 0);
  }, 20_000);

  test("a server that answers PING with an error stays away", async () => {
    await using locked = await RedisServer.start({ password: "sekret" });
    await using open = await RedisServer.start();
    const servers = [locked, open];
    await using proxy = await startSennit(
      poolConfig({ listen: freePort(), servers, options: EJECTING }),
    );
    using client = await proxy.connect();
    await locked.kill();
    await eventually("it is ejected", async () => {
      await failingKeys(client);
      return proxy.log.includes("server.ejected");
    });
    await locked.restart();
    // Only probes ask it anything now; without the password, it rejects them.
    await eventually("several probes were rejected", async () => {
      const calls = /cmdstat_ping:.*rejected_calls=(\d+)/.exec(
        String(await locked.command("INFO", "commandstats")),
      );
      return Number(calls?.[1]) >= 3;
    });
    expect(await failingKeys(client)).toEqual([]);
    expect(proxy.log).not.toContain("server.readmitted");
  }, 20_000);

  test("all ejected servers are one error per request", async () => {
    const options = { ...EJECTING, server_retry_timeout: 60_000 };
    const servers = ["127.0.0.1:1:1 a", "127.0.0.1:2:1 b"];
    await using proxy = await startSennit(poolConfig({ listen: freePort(), servers, options }));
    using client = await proxy.connect();
    await eventually("both are ejected", async () => {
      expect(await failingKeys(client)).toEqual(KEYS);
      return proxy.log.includes("live=0");
    });
    expect(await client.command("MGET", ...KEYS)).toEqual(new RespError("ERR Connection refused"));
    expect(await client.command("PING")).toBe("PONG");
  });
});

describe.skipIf(reasonToSkip("redis-server") !== null)("a server that closes idle connections", () => {
  test("has not failed: nothing is ejected, and no request notices", async () => {
    await using server = await RedisServer.start();
    const options = { ...EJECTING, server_failure_limit: 1 };
    await using proxy = await startSennit(
      poolConfig({ listen: freePort(), servers: [server], options }),
    );
    using client = await proxy.connect();
    for (let i = 0; i < 20; i++) {
      expect(await client.command("SET", "a", String(i))).toBe("OK");
      await server.command("CLIENT", "KILL", "TYPE", "normal");
      await eventually("the proxy's connection is gone", async () => {
        return !String(await server.command("CLIENT", "LIST")).includes("cmd=set");
      });
    }
    expect(proxy.log).not.toContain("server.ejected");
  });
});
