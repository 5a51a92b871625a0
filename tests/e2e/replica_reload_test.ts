/** Replicas that come and go with the configuration, and what the admin endpoint shows of groups. */
import { describe, expect, test } from "bun:test";
import { askAdmin } from "../support/admin_client.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { reasonToSkip } from "../support/programs.ts";
import { untilQuiet } from "../support/quiet.ts";
import { RedisServer } from "../support/redis_server.ts";
import { RespError } from "../support/resp.ts";
import { startSennit } from "../support/sennit.ts";
import { reload } from "./reloading.ts";
import { AT_ONCE, callsOf, replicaOf } from "./replica_fleet.ts";

describe.skipIf(reasonToSkip("redis-server") !== null)("A reload", () => {
  test("adds and removes replicas under load, and reads are answered throughout", async () => {
    await using primary = await RedisServer.start(AT_ONCE);
    await using one = await replicaOf(primary);
    await using two = await replicaOf(primary);
    const [port, admin] = [freePort(), freePort()];
    const config = (options: string) => `
pools:
  main: { redis: true, servers: ["${primary.address}:1 a"], ${options},
    listen: 127.0.0.1:${port}
  }
admin: { listen: "127.0.0.1:${admin}" }
`;
    await using proxy = await startSennit(config("timeout: 5000"));
    using client = await proxy.connect();
    expect(await client.command("SET", "k", "v")).toBe("OK");
    expect(await client.command("READONLY")).toBeInstanceOf(RespError);

    let isOver = false;
    let reads = 0;
    const reading = (async () => {
      using reader = await proxy.connect();
      for (; !isOver; reads++) expect(await reader.command("GET", "k")).toBe("v");
    })();
    const views = async () => {
      const { body } = await askAdmin(admin, "GET /pools/main");
      return body.servers[0];
    };
    const asked = async (server: RedisServer) => (await callsOf(server))["get"] ?? 0;

    await reload(proxy, config(`replicas: { a: ["${one.address} zone=x"] }, zones: { a: y }, zone: x`));
    await eventually("it is read from", async () => await asked(one) > 0);
    expect(await views()).toMatchObject({
      id: "a",
      zone: "y",
      replicas: [{ id: one.address, zone: "x", weight: 1, state: "read", lagBytes: expect.any(Number) }],
    });
    expect(proxy.log).toContain(`replicas: none -> a: ${one.address} zone=x`);
    await reload(proxy, config(`replicas: { a: ["${two.address} weight=2"] }`));
    await eventually("the other one is", async () => await asked(two) > 0);
    const before = await asked(one);
    const then = reads;
    await eventually("reads go on", () => reads > then + 20);
    expect(await asked(one)).toBe(before);
    await reload(proxy, config(`replicas: { a: ["${two.address}"] }, read_from: primary`));
    expect(await views()).toMatchObject({ replicas: [{ id: two.address, state: "off", lagMs: null }] });
    const last = await asked(two);
    const later = reads;
    await eventually("reads go on", () => reads > later + 20);
    expect(await asked(two)).toBeLessThanOrEqual(last + 1);
    isOver = true;
    await reading;
    expect(await client.command("GET", "k")).toBe("v");
    client.close();
    await untilQuiet(proxy);
  }, 60_000);

  test("that makes a replica the server has its reads and writes in order", async () => {
    await using primary = await RedisServer.start(AT_ONCE);
    await using replica = await replicaOf(primary);
    const port = freePort();
    const config = (server: RedisServer, options = "") => `
pools:
  main: { redis: true, servers: ["${server.address}:1 a"], ${options}
    listen: 127.0.0.1:${port}
  }
`;
    await using proxy = await startSennit(config(primary, `replicas: { a: ["${replica.address}"] },`));
    using client = await proxy.connect();
    await client.command("SET", "k", "0");
    await eventually("the replica is read from", async () => {
      await client.command("GET", "k");
      return (await callsOf(replica))["get"];
    });
    await replica.command("REPLICAOF", "NO", "ONE");
    await reload(proxy, config(replica));
    for (let i = 1; i <= 100; i++) {
      expect(await client.command("SET", "k", String(i))).toBe("OK");
      expect(await client.command("GET", "k")).toBe(String(i));
    }
    expect(await primary.command("GET", "k")).toBe("0");
  }, 60_000);
});
