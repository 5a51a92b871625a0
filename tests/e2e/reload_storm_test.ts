/** Reloads that are asked for faster than they are done, by several at once, and of a file that is being written. */
import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { fetchAdmin } from "../support/admin_client.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { executedOn, Load } from "../support/load.ts";
import { poolConfig } from "../support/pool_config.ts";
import { childPids } from "../support/processes.ts";
import { reasonToSkip } from "../support/programs.ts";
import { RedisServer } from "../support/redis_server.ts";
import { Random } from "../support/seed.ts";
import { startSennit } from "../support/sennit.ts";
import { countLogged } from "./reloading.ts";

/** A proxy under load; `text` gives a configuration with a timeout of its own, `inForce` the timeout in force. */
async function start(stack: AsyncDisposableStack, workers: number) {
  const server = stack.use(await RedisServer.start());
  const [port, extra, admin] = [freePort(), freePort(), freePort()];
  const text = (timeout: number) => {
    const pools = [poolConfig({ listen: port, servers: [server], options: { hash: "murmur", timeout } })];
    if (timeout % 2 === 0) pools.push(poolConfig({ name: "extra", listen: extra, servers: [server] }));
    const indented = pools.join("").replaceAll(/^(?=.)/gm, "  ");
    return `workers: ${workers}\nadmin: { listen: "127.0.0.1:${admin}" }\npools:\n${indented}`;
  };
  const proxy = stack.use(await startSennit(text(10_000)));
  await eventually("it has started", () => countLogged(proxy, "started") === 1);
  const load = stack.use(await Load.start(port, { long: 5, short: 1 }));
  const inForce = async (): Promise<number> => {
    const { config } = await (await fetchAdmin(admin, "/config")).json();
    return config.pools.main.timeout;
  };
  const workerPids = childPids(proxy.pid);
  /** No request has failed, and no worker was replaced. */
  const isUnharmed = async () => {
    await load.progress();
    await load.stop();
    expect(load).toMatchObject({ failures: [], crossed: 0 });
    expect(await executedOn([server.endpoint])).toBe(load.acknowledged);
    expect(childPids(proxy.pid)).toEqual(workerPids);
  };
  return { proxy, load, text, inForce, admin, workerPids, isUnharmed };
}

const reason = reasonToSkip("redis-server");

describe.skipIf(process.platform !== "linux" || reason !== null)("a storm of SIGHUP", () => {
  test("is one reload more than the one that is under way", async () => {
    await using stack = new AsyncDisposableStack();
    const { proxy, text, inForce, admin, workerPids, isUnharmed } = await start(stack, 2);
    // Nothing can be reloaded as long as it stands still.
    process.kill(workerPids[0]!, "SIGSTOP");
    for (let i = 1; i <= 8; i++) {
      writeFileSync(proxy.configFile, text(10_000 + i));
      proxy.signal("SIGHUP");
      // Said at once, so that the signal before it was taken too.
      proxy.signal(i % 2 === 0 ? "SIGTTOU" : "SIGTTIN");
      await eventually("the signals are taken", () => countLogged(proxy, "log.level") === i);
    }
    process.kill(workerPids[0]!, "SIGCONT");
    await eventually("the last file is in force", async () => await inForce() === 10_008);
    // Whatever waits is done before this one.
    await fetchAdmin(admin, "/reload", { method: "POST" });
    expect(countLogged(proxy, "config.reloaded")).toBeLessThanOrEqual(3);
    await isUnharmed();
  }, 20_000);
});

describe.skipIf(reason !== null)("reloads by signal and over HTTP at once", () => {
  test.each([1, 2])("are all done, and the last file is in force, with %d workers", async (workers) => {
    await using stack = new AsyncDisposableStack();
    const { proxy, text, inForce, admin, isUnharmed } = await start(stack, workers);
    for (let i = 1; i <= 20; i++) {
      writeFileSync(proxy.configFile, text(10_000 + i));
      proxy.signal("SIGHUP");
      const post = () => fetchAdmin(admin, "/reload", { method: "POST" });
      const answers = await Promise.all([post(), post(), post()]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      expect(await inForce()).toBe(10_000 + i);
    }
    expect(countLogged(proxy, "config.rejected")).toBe(0);
    await isUnharmed();
  }, 20_000);
});

describe.skipIf(reason !== null)("a file that is read while it is being written", () => {
  test.each([1, 2])(
    "is refused or taken, and its last state is in force, with %d workers",
    async (workers) => {
      await using stack = new AsyncDisposableStack();
      const { proxy, text, inForce, isUnharmed } = await start(stack, workers);
      const random = new Random("torn files");
      for (let i = 1; i <= 50; i++) {
        const whole = text(10_000 + i);
        writeFileSync(proxy.configFile, whole.slice(0, random.integer(0, whole.length - 1)));
        proxy.signal("SIGHUP");
        if (i % 5 === 0) await eventually("it is alive", async () => (await inForce()) > 0);
        writeFileSync(proxy.configFile, whole);
      }
      proxy.signal("SIGHUP");
      await eventually("the last one is in force", async () => await inForce() === 10_050);
      await isUnharmed();
    },
    20_000,
  );
});
