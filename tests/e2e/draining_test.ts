/** SIGTERM while hundreds of clients ask: what was executed was answered, and everything ends in order. */
import { describe, expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { freePort, isFree } from "../support/free_port.ts";
import { executedOn, Load } from "../support/load.ts";
import { configText } from "../support/loaded_config.ts";
import { childPids, isAlive } from "../support/processes.ts";
import { reasonToSkip } from "../support/programs.ts";
import { RedisServer } from "../support/redis_server.ts";
import { startSennit } from "../support/sennit.ts";
import { countLogged } from "./reloading.ts";

describe.skipIf(reasonToSkip("redis-server") !== null)("SIGTERM", () => {
  test.each([1, 2])(
    "executes nothing without an answer, with %d workers and hundreds of clients",
    async (workers) => {
      await using stack = new AsyncDisposableStack();
      const servers = await RedisServer.startMany(2);
      for (const server of servers) stack.use(server);
      const port = freePort();
      const instance = `workers: ${workers}\nshutdown_grace: 1500`;
      const proxy = stack.use(await startSennit(configText([{ listen: port, servers }], instance)));
      const pids = [proxy.pid, ...childPids(proxy.pid)];
      const busy = stack.use(await Load.start(port, { long: 200, thinkMs: 0 }));
      const calm = stack.use(await Load.start(port, { long: 50, thinkMs: 20 }));
      proxy.signal("SIGTERM");
      await eventually("it has ended", () => !proxy.process.isRunning, { timeoutMs: 10_000 });
      expect(await proxy.process.exited).toBe(0);
      for (const load of [busy, calm]) {
        await load.stop();
        // Nobody listens any more; but nobody was cut off.
        expect(load.failures.filter((failure) => failure !== "connect: ECONNREFUSED")).toEqual([]);
      }
      expect(await executedOn(servers.map(({ endpoint }) => endpoint))).toBe(
        busy.acknowledged + calm.acknowledged,
      );
      expect(countLogged(proxy, "client.closed")).toBe(0);
      expect(countLogged(proxy, "stopped")).toBe(1);
      expect(pids.filter(isAlive)).toEqual([]);
      expect(isFree(port)).toBe(true);
    },
    20_000,
  );
});
