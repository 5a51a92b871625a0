/** The log as one JSON object a line: what signals do to it, and what clients and full disks can't. */
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { poolConfig } from "../support/pool_config.ts";
import type { ProxyProcess } from "../support/proxy_process.ts";
import { startSennit } from "../support/sennit.ts";
import { TempDir } from "../support/temp_dir.ts";
import { testUnless } from "../support/test_unless.ts";

type Entry = Record<string, string | number>;

/** A proxy that logs in JSON to `file`. */
function start(file: string, { level = 5, workers = 1 } = {}): Promise<ProxyProcess> {
  const pool = poolConfig({ listen: freePort(), servers: ["127.0.0.1:1:1"] });
  return startSennit([
    `workers: ${workers}`,
    `log: {level: ${level}, format: json, file: ${JSON.stringify(file)}}`,
    "pools:",
    pool.replaceAll(/^(?=.)/gm, "  "),
  ].join("\n"));
}

/** All entries of a log; each line must be one, and of plain characters. */
function entries(file: string): Entry[] {
  const text = readFileSync(file, "utf8");
  expect(text).toMatch(/^([ -~]+\n)*$/);
  return text.split("\n").slice(0, -1).map((line) => JSON.parse(line));
}

/** Waits until the log has so many entries of an event. */
async function untilLogged(file: string, event: string, count = 1): Promise<Entry[]> {
  const find = () => existsSync(file) ? entries(file).filter((entry) => entry.event === event) : [];
  await eventually(`${event} is logged ${count} times`, () => find().length >= count);
  return find();
}

/** Has a client speak no protocol, and be sent away. */
async function misbehave(proxy: ProxyProcess, noise = "*1\r\nnoise\r\n"): Promise<void> {
  using client = await proxy.connect();
  client.write(noise);
  await client.readUntilClose();
}

describe.each([1, 2])("the log of a proxy with workers: %d", (workers) => {
  test("has time, level and event before the facts, from start to end", async () => {
    using dir = new TempDir();
    const file = dir.file("log");
    await using proxy = await start(file, { workers });
    await untilLogged(file, "started");
    await misbehave(proxy);
    await untilLogged(file, "client.fault");
    expect(await proxy.stop()).toBe(0);
    for (const entry of entries(file)) {
      expect(Object.keys(entry).slice(0, 3)).toEqual(["time", "level", "event"]);
      expect(new Date(entry.time!).toISOString()).toBe(String(entry.time));
    }
    const [fault] = await untilLogged(file, "client.fault");
    expect(fault).toMatchObject({
      level: "notice",
      pool: "main",
      client: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    });
    const events = entries(file).map(({ event }) => event);
    expect(events).toContain("pool.listening");
    expect(events.indexOf("started")).toBeLessThan(events.indexOf("client.fault"));
    expect(events.slice(-2)).toEqual(["stopping", "stopped"]);
  });

  test("says more after SIGTTIN and less after SIGTTOU", async () => {
    using dir = new TempDir();
    const file = dir.file("log");
    await using proxy = await start(file, { workers, level: 4 });
    await misbehave(proxy);
    proxy.signal("SIGTTIN");
    expect(await untilLogged(file, "log.level")).toMatchObject([{ level: "notice", verbosity: 5 }]);
    await misbehave(proxy);
    await untilLogged(file, "client.fault");
    proxy.signal("SIGTTOU");
    await eventually("the fault of a client is not logged any more", async () => {
      const before = entries(file).length;
      await misbehave(proxy);
      return entries(file).length === before;
    });
    const faults = entries(file).filter(({ event }) => event === "client.fault").length;
    proxy.signal("SIGTTIN");
    await untilLogged(file, "log.level", 2);
    await misbehave(proxy);
    await untilLogged(file, "client.fault", faults + 1);
  });

  test("goes on in a new file after SIGHUP, and loses no line between", async () => {
    using dir = new TempDir();
    const file = dir.file("log");
    await using proxy = await start(file, { workers });
    await untilLogged(file, "started");
    for (let turn = 1; turn <= 3; turn++) {
      renameSync(file, `${file}.${turn}`);
      proxy.signal("SIGHUP");
      await untilLogged(file, "config.reloaded");
      await misbehave(proxy);
      await untilLogged(file, "client.fault");
    }
    expect(await proxy.stop()).toBe(0);
    const all = [1, 2, 3].flatMap((turn) => entries(`${file}.${turn}`)).concat(entries(file));
    const times = (event: string) => all.filter((entry) => entry.event === event).length;
    expect(["started", "config.reloaded", "client.fault", "stopped"].map(times)).toEqual([1, 3, 3, 1]);
  });

  test("sums up what happens again and again, at the latest at the end", async () => {
    using dir = new TempDir();
    const file = dir.file("log");
    await using proxy = await start(file, { workers });
    for (let i = 0; i < 40; i++) await misbehave(proxy);
    expect(await proxy.stop()).toBe(0);
    const faults = entries(file).filter(({ event }) => event === "client.fault");
    const suppressed = faults.reduce((sum, { suppressed = 0 }) => sum + Number(suppressed), 0);
    const written = faults.filter((entry) => !("suppressed" in entry)).length;
    expect(written + suppressed).toBe(40);
    // More than one window if the machine is slow.
    expect(written).toBeLessThan(40);
    expect(faults.at(-1)).toMatchObject({ level: "notice", pool: "main", suppressed: expect.any(Number) });
  });
});

describe("the log", () => {
  test("is one line per event, whatever bytes a client sends", async () => {
    using dir = new TempDir();
    const file = dir.file("log");
    await using proxy = await start(file);
    const noises = [
      "*1\r\n\x1b[2J\r\n",
      "*\n\x00\x7f\r\n",
      "*1\r\n$x\xe2\x80\xae\r\n",
      '*1\r\n"}\n{"event":"x"}\r\n',
    ];
    for (const noise of noises) await misbehave(proxy, noise);
    await untilLogged(file, "client.fault", noises.length);
    expect(entries(file).map(({ event }) => event)).not.toContain("x");
  });

  testUnless(existsSync("/dev/full") ? null : "there is no /dev/full")(
    "on a full disk loses lines, not the proxy, and says how many",
    async () => {
      using dir = new TempDir();
      const [file, link] = [dir.file("log"), dir.file("link")];
      symlinkSync("/dev/full", link);
      await using proxy = await start(link);
      for (let i = 0; i < 3; i++) await misbehave(proxy);
      using client = await proxy.connect();
      expect(await client.command("PING")).toBe("PONG");
      rmSync(link);
      symlinkSync(file, link);
      proxy.signal("SIGHUP");
      const [recovered] = await untilLogged(file, "log.recovered");
      expect(entries(file)[0]).toEqual(recovered!);
      // It listened, started, and sent three clients away.
      expect(Number(recovered!.lost)).toBeGreaterThanOrEqual(5);
    },
  );
});
