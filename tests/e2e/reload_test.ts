/** SIGHUP while clients ask without a pause: whatever changes, no request fails, and none is executed twice. */
import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { eventually } from "../support/eventually.ts";
import { freePort, isFree } from "../support/free_port.ts";
import { executedOn, Load } from "../support/load.ts";
import { configText } from "../support/loaded_config.ts";
import type { PoolText } from "../support/pool_config.ts";
import { reasonToSkip } from "../support/programs.ts";
import { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import { startSennit } from "../support/sennit.ts";
import { countLogged, reload } from "./reloading.ts";

describe.skipIf(reasonToSkip("redis-server") !== null)("SIGHUP under load", () => {
  test.each([1, 2])(
    "changes servers, pools and options with %d workers, and no request fails",
    async (workers) => {
      await using stack = new AsyncDisposableStack();
      const servers = await RedisServer.startMany(3);
      for (const server of servers) stack.use(server);
      const [one, two, three] = servers as [RedisServer, RedisServer, RedisServer];
      const [port, moved, extra] = [freePort(), freePort(), freePort()];
      const text = (pool: Partial<PoolText>, more: readonly PoolText[] = []) =>
        configText([{ listen: port, servers: [one, two], ...pool }, ...more], `workers: ${workers}`);
      const proxy = stack.use(await startSennit(text({})));
      const load = stack.use(await Load.start(port, { long: 20, short: 4 }));
      using idle = await proxy.connect();
      expect(await idle.command("PING")).toBe("PONG");

      const steps: [what: string, config: string][] = [
        ["a server more", text({ servers: [one, two, three] })],
        ["other weights", text({ servers: [`${one.address}:1`, `${two.address}:5`, `${three.address}:2`] })],
        ["a server less", text({ servers: [one, three] })],
        ["it comes back", text({ servers: [one, two, three] })],
        ["another name", text({ servers: [`${one.address}:1 first`, `${two.address}:1`, three] })],
        ["more connections", text({ servers: [one, two, three], options: { server_connections: 3 } })],
        ["fewer", text({ servers: [one, two, three], options: { server_connections: 2 } })],
        ["timeouts and limits", text({ options: { timeout: 3000, client_connections: 500, backlog: 99 } })],
        ["another hash", text({ options: { hash: "fnv1a_64", distribution: "modula" } })],
        ["a pool more", text({}, [{ name: "extra", listen: extra, servers: [three] }])],
      ];
      for (const [what, config] of steps) {
        await reload(proxy, config);
        await load.progress();
        expect({ what, failures: load.failures }).toEqual({ what, failures: [] });
      }
      using inExtra = await RawClient.connect(extra);
      expect(await inExtra.command("SET", "a", "1")).toBe("OK");

      // The pool goes, and its clients with it; those of the other notice nothing.
      await reload(proxy, text({}));
      expect((await inExtra.readUntilClose()).length).toBe(0);
      inExtra.close();
      await eventually("nobody listens there", () => isFree(extra));
      await load.progress();

      // Another address: who is connected stays so, and who comes goes there.
      await load.stop();
      await using stayed = await Load.start(port, { long: 10 });
      await reload(proxy, text({ listen: moved }));
      await using come = await Load.start(moved, { long: 5, short: 4 });
      await eventually("nobody listens there", () => isFree(port));
      await stayed.progress();
      await come.progress();
      expect(await idle.command("PING")).toBe("PONG");

      const loads = [load, stayed, come];
      for (const each of loads) await each.stop();
      expect(loads.flatMap(({ failures }) => failures)).toEqual([]);
      expect(loads.map(({ crossed }) => crossed)).toEqual([0, 0, 0]);
      const acknowledged = loads.reduce((sum, each) => sum + each.acknowledged, 0);
      expect(await executedOn(servers.map(({ endpoint }) => endpoint))).toBe(acknowledged);
      expect(countLogged(proxy, "config.rejected")).toBe(0);
    },
    30_000,
  );
});

describe("many signals at once", () => {
  test.each([1, 2])("leave what the file said last in force, with %d workers", async (workers) => {
    const ports = Array.from({ length: 30 }, freePort);
    const text = (listen: number, timeout: number) =>
      configText([{ listen, servers: ["127.0.0.1:1:1"], options: { timeout } }], `workers: ${workers}`);
    await using proxy = await startSennit(text(ports[0]!, 1000));
    const { port } = proxy;
    using client = await proxy.connect();
    for (const [i, listen] of ports.entries()) {
      writeFileSync(proxy.configFile, text(listen, 1000 + i));
      proxy.signal("SIGHUP");
    }
    const last = ports.at(-1)!;
    await eventually("the last one is in force", () => !isFree(last) && ports.slice(0, -1).every(isFree));
    expect(await client.command("PING")).toBe("PONG");
    expect([isFree(port), countLogged(proxy, "config.rejected")]).toEqual([true, 0]);
    expect(await proxy.stop()).toBe(0);
  });
});
