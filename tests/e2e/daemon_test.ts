/** -d and -p: the proxy in the background, from its source and as one executable. */
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { compiledSennit } from "../support/compiled_sennit.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { poolConfig } from "../support/pool_config.ts";
import { RawClient } from "../support/raw_client.ts";
import { sennitCommand } from "../support/sennit.ts";
import { TempDir } from "../support/temp_dir.ts";

/** A directory with a configuration, where the proxy is started; what runs in the background ends with it. */
class Place implements AsyncDisposable {
  readonly port = freePort();
  readonly #dir = new TempDir();

  constructor(readonly command: readonly string[]) {
    writeFileSync(this.file("pool.yml"), poolConfig({ listen: this.port, servers: ["127.0.0.1:1:1"] }));
  }

  file(name: string): string {
    return this.#dir.file(name);
  }

  read(name: string): string {
    return readFileSync(this.file(name), "utf8");
  }

  get pid(): number {
    return Number(this.read("x.pid"));
  }

  /** Starts the proxy there and waits for what stays in the foreground. */
  async start(...args: string[]): Promise<{ exitCode: number; stderr: string }> {
    const child = Bun.spawn([...this.command, ...args], {
      cwd: this.#dir.path,
      stdio: ["ignore", "ignore", "pipe"],
    });
    return { stderr: await child.stderr.text(), exitCode: await child.exited };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (existsSync(this.file("x.pid"))) {
      const { pid } = this;
      process.kill(pid, "SIGKILL");
      await eventually("the daemon is gone", () => !isRunning(pid));
    }
    this.#dir.remove();
  }
}

/** Orphans that have ended stay as zombies until the system's first process looks after them. */
function isRunning(pid: number): boolean {
  const { stdout } = Bun.spawnSync(["ps", "-o", "stat=", "-p", String(pid)]);
  return /^[^Z]/.test(stdout.toString().trim());
}

/** Parent, group and session. */
function idsOf(pid: number): number[] {
  const { stdout } = Bun.spawnSync(["ps", "-o", "ppid=,pgid=,sess=", "-p", String(pid)]);
  return stdout.toString().trim().split(/\s+/).map(Number);
}

const KINDS: [string, () => readonly string[]][] = [
  ["from its source", sennitCommand],
  ["as one executable", () => [compiledSennit()]],
];

describe.each(KINDS)("sennit -d %s", (_, command) => {
  test("ends with 0 once it serves in the background, by the paths it was given", async () => {
    await using place = new Place(command());
    expect(await place.start("-d", "-c", "pool.yml", "-o", "x.log", "-p", "x.pid")).toEqual({
      exitCode: 0,
      stderr: "",
    });
    const { pid } = place;
    using client = await RawClient.connect(place.port);
    expect(await client.command("PING")).toBe("PONG");
    expect(place.read("x.log")).toContain(` started version=`);
    if (process.platform === "linux") {
      expect(idsOf(pid)).toEqual([expect.any(Number), pid, pid]);
      const streams = [0, 1, 2].map((stream) => readlinkSync(`/proc/${pid}/fd/${stream}`));
      expect(streams).toEqual(["/dev/null", place.file("x.log"), place.file("x.log")]);
    }
    client.close();
    process.kill(pid, "SIGTERM");
    await eventually("it has ended", () => !isRunning(pid));
    expect(existsSync(place.file("x.pid"))).toBe(false);
    expect(place.read("x.log")).toContain(" stopped\n");
  });

  test("ends with 1 and the reason when it can't serve, and leaves nothing behind", async () => {
    await using place = new Place(command());
    writeFileSync(place.file("bad.yml"), "main: {listen: '127.0.0.1:1', redis: true}\n");
    const bad = await place.start("-d", "-c", "bad.yml", "-p", "x.pid");
    expect(bad).toEqual({
      exitCode: 1,
      stderr: 'sennit: bad.yml:1:1: pool "main": the option "servers" is missing\n',
    });
    expect(await place.start("-d", "-c", "pool.yml", "-o", "x.log", "-p", "x.pid")).toMatchObject({
      exitCode: 0,
    });
    const { pid } = place;
    expect(await place.start("-d", "-c", "pool.yml", "-o", "x.log", "-p", "x.pid")).toEqual({
      exitCode: 1,
      stderr: `sennit: pid file x.pid: process ${pid} has it and is running\n`,
    });
    const taken = await place.start("-d", "-c", "pool.yml", "-o", "x.log", "-p", "y.pid");
    expect(taken.exitCode).toBe(1);
    expect(taken.stderr).toContain(`listen on 127.0.0.1:${place.port}: another process listens there`);
    expect([place.pid, existsSync(place.file("y.pid"))]).toEqual([pid, false]);
  });

  test("warns that nothing is logged when there is no log file", async () => {
    await using place = new Place(command());
    const { exitCode, stderr } = await place.start("-d", "-c", "pool.yml", "-p", "x.pid");
    expect(exitCode).toBe(0);
    expect(stderr).toBe(
      "sennit: warning: nothing will be logged, since there is neither -o FILE nor log.file\n",
    );
    expect(isRunning(place.pid)).toBe(true);
  });
});
