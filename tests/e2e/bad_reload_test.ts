/** SIGHUP with a configuration that can't be: it is rejected with the place of the fault, and nothing changes. */
import { describe, expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { eventually } from "../support/eventually.ts";
import { freePort, isFree } from "../support/free_port.ts";
import { executedOn, Load } from "../support/load.ts";
import { configText } from "../support/loaded_config.ts";
import { openFiles } from "../support/open_files.ts";
import { childPids } from "../support/processes.ts";
import { reasonToSkip } from "../support/programs.ts";
import type { ProxyProcess } from "../support/proxy_process.ts";
import { RedisServer } from "../support/redis_server.ts";
import { Random } from "../support/seed.ts";
import { startSennit } from "../support/sennit.ts";
import { readMarks } from "../unit/config/bad_file.ts";
import { BAD_INSTANCE_FILES } from "../unit/config/bad_instance_files.ts";
import { BAD_POOL_FILES } from "../unit/config/bad_pool_files.ts";
import { BAD_SECURITY_FILES } from "../unit/config/bad_security_files.ts";
import { reload } from "./reloading.ts";

/** Some of the files that break a rule; another choice with each seed. */
function badFiles(count: number) {
  const random = new Random("bad files");
  const all = [BAD_POOL_FILES, BAD_INSTANCE_FILES, BAD_SECURITY_FILES].flat();
  return Array.from({ length: count }, () => all.splice(random.integer(0, all.length - 1), 1)[0]!);
}

/** Sends SIGHUP; what the log says then is wrong with the file. */
async function rejectedFor(proxy: ProxyProcess): Promise<string[]> {
  const before = faultsIn(proxy.log).length;
  proxy.signal("SIGHUP");
  await eventually("it is rejected", () => faultsIn(proxy.log).length > before);
  return faultsIn(proxy.log).slice(before);
}

function faultsIn(log: string): string[] {
  return log.split("\n").flatMap((line) => {
    const entry = line.startsWith("{") ? JSON.parse(line) : {};
    return entry.event === "config.rejected" ? [entry.fault] : [];
  });
}

describe.skipIf(reasonToSkip("redis-server") !== null)("a bad configuration", () => {
  test.each([1, 2])("changes nothing with %d workers, and the log says where it is bad", async (workers) => {
    await using stack = new AsyncDisposableStack();
    const server = stack.use(await RedisServer.start());
    const port = freePort();
    const instance = `workers: ${workers}\nlog: { format: json }`;
    const proxy = stack.use(await startSennit(configText([{ listen: port, servers: [server] }], instance)));
    await eventually("it has started", () => proxy.log.includes('"started"'));
    await proxy.explain(async () => {
      const load = stack.use(await Load.start(port, { long: 5, short: 1 }));
      const files = openFiles(proxy.pid);
      for (const [title, marked, [, message] = ["", ""]] of badFiles(50)) {
        const { text, places } = readMarks(marked);
        writeFileSync(proxy.configFile, text);
        const before = faultsIn(proxy.log).length;
        proxy.signal("SIGHUP");
        // Each fault is a line of its own, and the log may be read between two of them.
        await eventually(`the log says where the file is bad that ${title}`, () => {
          const faults = faultsIn(proxy.log).slice(before);
          const isNamed = faults.some((fault) => fault.startsWith(`${proxy.configFile}:${places[0]}: `));
          return isNamed && faults.join("\n").includes(message!);
        });
      }
      await load.progress();
      await load.stop();
      expect(load).toMatchObject({ failures: [], crossed: 0 });
      expect(await executedOn([server.endpoint])).toBe(load.acknowledged);
      await eventually("nothing is left open", () => openFiles(proxy.pid) <= files);
    });
  }, 30_000);

  test.each([1, 2])("with an address that is taken opens nothing with %d workers", async (workers) => {
    await using stack = new AsyncDisposableStack();
    const server = stack.use(await RedisServer.start());
    const [port, free, taken] = [freePort(), freePort(), freePort()];
    const instance = `workers: ${workers}\nlog: { format: json }`;
    const good = configText([{ listen: port, servers: [server] }], instance);
    const proxy = stack.use(await startSennit(good));
    await eventually("it has started", () => proxy.log.includes('"started"'));
    await proxy.explain(async () => {
      const load = stack.use(await Load.start(port, { long: 5, short: 1 }));
      const files = openFiles(proxy.pid);
      using _ = { [Symbol.dispose]: listenOn(taken) };
      const path = proxy.dir.file("a.sock");
      const pools = [free, path, taken].map((listen, i) => ({ name: `p${i}`, listen, servers: [server] }));
      writeFileSync(
        proxy.configFile,
        configText([{ listen: port, servers: ["127.0.0.1:1:1"] }, ...pools], instance),
      );
      const reason = `listen on 127.0.0.1:${taken}: another process listens there`;
      expect(await rejectedFor(proxy)).toEqual([reason]);
      expect([isFree(free), existsSync(path)]).toEqual([true, false]);
      await load.progress();
      await load.stop();
      expect(load).toMatchObject({ failures: [], crossed: 0 });
      expect(openFiles(proxy.pid)).toBeLessThanOrEqual(files);
    });
  }, 30_000);
});

test("a log file that can't be opened is a fault like any other: nothing of the new file is in force", async () => {
  const [port, other] = [freePort(), freePort()];
  const text = (listen: number, log: string) =>
    configText([{ listen, servers: ["127.0.0.1:1:1"] }], `log: { format: json${log} }`);
  await using proxy = await startSennit(text(port, ""));
  await eventually("it has started", () => proxy.log.includes('"started"'));
  writeFileSync(proxy.configFile, text(other, ", file: /nonexistent/log"));
  expect(await rejectedFor(proxy)).toEqual([
    expect.stringContaining("log file /nonexistent/log can't be opened: ENOENT"),
  ]);
  expect([isFree(other), isFree(port)]).toEqual([true, false]);
  using client = await proxy.connect();
  expect(await client.command("PING")).toBe("PONG");
});

/** Shape: what ends it. */
function listenOn(port: number): () => void {
  const listener = Bun.listen({ hostname: "127.0.0.1", port, socket: { data() {} } });
  return () => listener.stop(true);
}

describe.skipIf(process.platform !== "linux")("fifty reloads", () => {
  test.each([1, 2])("leave no file open and no process behind with %d workers", async (workers) => {
    const [port, other] = [freePort(), freePort()];
    const servers = ["127.0.0.1:1:1 a", "127.0.0.1:2:1 b"];
    const instance = `workers: ${workers}`;
    const text = (listen: number, more: number[] = []) =>
      configText([
        { listen, servers, options: { timeout: 1000 + more.length } },
        ...more.map((each, i) => ({ name: `p${i}`, listen: each, servers: servers.slice(i) })),
      ], instance);
    await using proxy = await startSennit(text(port));
    const all = [proxy.pid, ...childPids(proxy.pid)];
    const extra = [freePort(), freePort()];
    await reload(proxy, text(other, extra));
    await reload(proxy, text(port));
    const files = all.map(openFiles);
    for (let i = 0; i < 25; i++) {
      await reload(proxy, text(other, extra));
      await reload(proxy, text(port));
    }
    expect([proxy.pid, ...childPids(proxy.pid)]).toEqual(all);
    await eventually("nothing is left open", () => all.every((pid, i) => openFiles(pid) <= files[i]!));
  }, 20_000);
});
