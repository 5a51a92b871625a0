/** SIGUSR2: the binary that is on disk now takes over from the one that runs, and no client notices. */
import { afterAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { compiledSennit } from "../support/compiled_sennit.ts";
import { eventually } from "../support/eventually.ts";
import { freePort, isFree } from "../support/free_port.ts";
import { executedOn, Load } from "../support/load.ts";
import { configText } from "../support/loaded_config.ts";
import { childPids, childrenOf, isAlive } from "../support/processes.ts";
import { reasonToSkip } from "../support/programs.ts";
import { ProxyProcess } from "../support/proxy_process.ts";
import { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import { TempDir } from "../support/temp_dir.ts";
import { countLogged } from "./reloading.ts";

/** Processes that tests have started by way of others. */
const successors = new Set<number>();
afterAll(() => {
  for (const pid of [...successors].filter(isAlive)) process.kill(pid, "SIGKILL");
});

/** A proxy that was started from a binary of its own, which can be replaced. */
class Installed implements AsyncDisposable {
  pid: number;

  private constructor(
    readonly proxy: ProxyProcess,
    readonly server: RedisServer,
    readonly dir: TempDir,
    readonly port: number,
    readonly path: string,
  ) {
    this.pid = proxy.pid;
  }

  static async start(workers: number): Promise<Installed> {
    const dir = new TempDir();
    const [binary, port, path] = [dir.file("sennit"), freePort(), dir.file("a.sock")];
    install(compiledSennit(), dir.file("sennit-1"));
    point("sennit-1", binary);
    const server = await RedisServer.start();
    const proxy = await ProxyProcess.start({
      name: "sennit",
      command: (file) => [binary, "-c", file, "-p", dir.file("pid")],
      config: Installed.#config(port, path, server, workers),
    });
    return new Installed(proxy, server, dir, port, path);
  }

  static #config(port: number, path: string, server: RedisServer, workers: number): string {
    const pools = [{ name: "tcp", listen: port, servers: [server] }, {
      name: "unix",
      listen: path,
      servers: [server],
    }];
    return configText(pools, `workers: ${workers}\nshutdown_grace: 1000`);
  }

  /** The process that the pid file names. */
  get current(): number {
    return Number(readFileSync(this.dir.file("pid"), "utf8"));
  }

  /** Writes the file anew. */
  configure(workers: number): void {
    writeFileSync(this.proxy.configFile, Installed.#config(this.port, this.path, this.server, workers));
  }

  /** Sends SIGUSR2 and waits until another process has taken over and the old ones are gone. */
  async upgrade(): Promise<void> {
    const old = [this.pid, ...childPids(this.pid)];
    process.kill(this.pid, "SIGUSR2");
    await eventually("the pid file names another process", () => this.current !== this.pid, {
      timeoutMs: 10_000,
    });
    const pid = this.current;
    old.splice(0, old.length, ...old.filter((each) => each !== pid));
    successors.add(pid);
    await eventually("the old processes are gone", () => !old.some(isAlive), { timeoutMs: 10_000 });
    this.pid = pid;
  }

  /** Sends SIGTERM and waits until all is gone. */
  async end(): Promise<void> {
    const all = [this.pid, ...childPids(this.pid)];
    process.kill(this.pid, "SIGTERM");
    await eventually("it has ended", () => !all.some(isAlive), { timeoutMs: 10_000 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (isAlive(this.pid)) process.kill(this.pid, "SIGKILL");
    await this.proxy[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
    this.dir.remove();
  }
}

/** As a package does it: another file takes the place of the one that runs. */
function install(from: string, to: string): void {
  rmSync(to, { force: true });
  linkSync(from, to);
}

/** As those do it who keep several versions: the name is a link. */
function point(to: string, from: string): void {
  symlinkSync(to, `${from}.new`);
  renameSync(`${from}.new`, from);
}

/** A program that can't be a successor. */
function script(file: string, line: string): string {
  writeFileSync(file, `#!/bin/sh\n${line}\n`);
  chmodSync(file, 0o755);
  return file;
}

const isSkipped = process.platform !== "linux" || reasonToSkip("redis-server") !== null;

describe.skipIf(isSkipped)("an upgrade under load", () => {
  test.each([[1, 1, 1], [2, 2, 2], [2, 1, 2], [1, 2, 1]])(
    "from %d to %d to %d workers fails no request, over TCP and unix sockets",
    async (first, second, third) => {
      await using stack = new AsyncDisposableStack();
      const installed = stack.use(await Installed.start(first));
      const places = [installed.port, installed.path];
      const loads = await Promise.all(
        places.map((place) => Load.start(place, { long: 15, short: 3, thinkMs: 5 })),
      );
      for (const load of loads) stack.use(load);
      for (const count of [second, third]) {
        installed.configure(count);
        install(compiledSennit(), installed.dir.file("sennit-1"));
        await installed.upgrade();
        expect(childrenOf(installed.pid).length).toBe(count === 1 ? 0 : count);
        for (const load of loads) await load.progress();
      }
      for (const load of loads) await load.stop();
      expect(loads.flatMap(({ failures }) => failures)).toEqual([]);
      const acknowledged = loads.reduce((sum, load) => sum + load.acknowledged, 0);
      expect(await executedOn([installed.server.endpoint])).toBe(acknowledged);
      await installed.end();
      expect([existsSync(installed.path), existsSync(installed.dir.file("pid"))]).toEqual([false, false]);
      expect(isFree(installed.port)).toBe(true);
      expect(countLogged(installed.proxy, "upgrade.failed")).toBe(0);
    },
    30_000,
  );
});

describe.skipIf(isSkipped)("a new binary", () => {
  test("that fails leaves the old one serving, and a good one takes over after it", async () => {
    await using installed = await Installed.start(2);
    const { proxy, dir, port, path } = installed;
    await using load = await Load.start(port, { long: 5, short: 2 });
    point(script(dir.file("bad"), "exit 1"), dir.file("sennit"));
    proxy.signal("SIGUSR2");
    await eventually("it has failed", () => countLogged(proxy, "upgrade.failed") === 1);
    expect(proxy.log).toMatch(/upgrade\.failed reason="it ended with 1"/);
    await load.progress();
    expect([installed.current, existsSync(path)]).toEqual([proxy.pid, true]);

    // A worker that dies now is replaced by one of the same program, not by what is on disk.
    process.kill(childrenOf(proxy.pid)[0]!.pid, "SIGKILL");
    await eventually("it is replaced", () => countLogged(proxy, "worker.started") === 1);
    expect(childrenOf(proxy.pid).length).toBe(2);

    // So does one whose configuration can't be: the successor reads the file as it is now.
    install(compiledSennit(), dir.file("sennit-2"));
    point("sennit-2", dir.file("sennit"));
    const good = readFileSync(proxy.configFile, "utf8");
    writeFileSync(proxy.configFile, "nonsense: [");
    proxy.signal("SIGUSR2");
    await eventually("it has failed", () => countLogged(proxy, "upgrade.failed") === 2);
    expect(existsSync(path)).toBe(true);
    writeFileSync(proxy.configFile, good);
    await installed.upgrade();
    await load.progress();
    await load.stop();
    // The clients of the worker that was killed are lost, and no others.
    expect(load.failures.filter((failure) => !/^closed by (ECONNRESET|FIN|close)/.test(failure))).toEqual([]);
    await installed.end();
  }, 30_000);

  test("that hangs is ended when the old one is told to stop", async () => {
    await using installed = await Installed.start(1);
    const { proxy, dir } = installed;
    renameSync(script(dir.file("bad"), "exec sleep 100"), dir.file("sennit-1"));
    proxy.signal("SIGUSR2");
    await eventually("it has been started", () => childrenOf(proxy.pid).length === 1);
    const hung = childrenOf(proxy.pid)[0]!.pid;
    // What is asked meanwhile waits, and the second upgrade is none.
    proxy.signal("SIGUSR2");
    proxy.signal("SIGHUP");
    using client = await RawClient.connect(installed.port);
    expect(await client.command("PING")).toBe("PONG");
    expect(await proxy.stop()).toBe(0);
    expect([isAlive(hung), countLogged(proxy, "upgrade.started"), countLogged(proxy, "upgrade.failed")])
      .toEqual([false, 1, 1]);
  });

  test("is told of a reload that came while it got ready", async () => {
    await using installed = await Installed.start(1);
    const { proxy } = installed;
    const other = freePort();
    proxy.signal("SIGUSR2");
    await eventually("it is under way", () => countLogged(proxy, "upgrade.started") === 1);
    const text = readFileSync(proxy.configFile, "utf8").replace(
      `127.0.0.1:${installed.port}`,
      `127.0.0.1:${other}`,
    );
    writeFileSync(proxy.configFile, text);
    proxy.signal("SIGHUP");
    await eventually("it has taken over", () => installed.current !== proxy.pid);
    successors.add(installed.pid = installed.current);
    await eventually("it listens where the file says now", () => !isFree(other));
    await installed.end();
  });
});
