/** nutcracker's statistics port: one line to whoever connects, figures as old as the interval allows, bounds. */
import { afterEach, describe, expect, test } from "bun:test";
import { serveStatsDump, type StatsDump, type StatsDumpOptions } from "../../src/control/stats_dump.ts";
import type { InstanceFigures } from "../../src/stats/mod.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { RawClient } from "../support/raw_client.ts";

const open: StatsDump[] = [];
afterEach(() => open.splice(0).forEach((dump) => dump.stop()));

const FIGURES = { version: "9.8.7" } as InstanceFigures;

interface Served {
  readonly port: number;
  /** How often figures were gathered. */
  gathered: number;
  readonly reports: string[];
}

async function serve(more: Partial<StatsDumpOptions> = {}, port = freePort()): Promise<Served> {
  const served: Served = { port, gathered: 0, reports: [] };
  const dump = await serveStatsDump({
    address: { kind: "tcp", host: "127.0.0.1", port },
    takeOver: false,
    intervalMs: 60_000,
    figures: () => Promise.resolve(FIGURES),
    render: ({ version }) => JSON.stringify({ service: "nutcracker", version, number: ++served.gathered }),
    report: (name, { reason }) => void served.reports.push(`${name} ${reason}`),
    ...more,
  });
  open.push(dump);
  return served;
}

async function read(port: number): Promise<string> {
  using client = await RawClient.connect(port);
  return (await client.readUntilClose()).toString();
}

describe("the statistics port", () => {
  test("gives one line of JSON and hangs up, whatever it is sent", async () => {
    const { port } = await serve();
    using client = await RawClient.connect(port);
    client.write("GET / HTTP/1.1\r\n\r\n");
    const line = (await client.readUntilClose()).toString();
    expect(line).toBe('{"service":"nutcracker","version":"9.8.7","number":1}\n');
  });

  test("shows figures of the interval again, to many at a time", async () => {
    const served = await serve();
    const lines = await Promise.all(Array.from({ length: 20 }, () => read(served.port)));
    expect(new Set(lines).size).toBe(1);
    expect(served.gathered).toBe(1);
  });

  test("shows figures no older than the interval", async () => {
    const served = await serve({ intervalMs: 0 });
    expect([await read(served.port), await read(served.port)].map((line) => JSON.parse(line).number)).toEqual(
      [1, 2],
    );
    const slower = await serve({ intervalMs: 1 });
    await read(slower.port);
    await eventually("they are gathered anew", async () => JSON.parse(await read(slower.port)).number > 1);
  });

  test("hangs up without a word when figures can't be had, says so, and tries again", async () => {
    let fails = true;
    const served = await serve({
      figures: () => fails ? Promise.reject(new Error("worker 1 doesn't answer")) : Promise.resolve(FIGURES),
    });
    expect(await read(served.port)).toBe("");
    expect(served.reports).toEqual(["stats.failed worker 1 doesn't answer"]);
    fails = false;
    expect(JSON.parse(await read(served.port)).number).toBe(1);
  });

  test("delivers a long line whole to who reads late", async () => {
    const text = JSON.stringify({ pools: "x".repeat(8_000_000) });
    const { port } = await serve({ render: () => text });
    using client = await RawClient.connect(port);
    client.pause();
    expect(await read(port)).toBe(`${text}\n`);
    client.resume();
    expect((await client.readUntilClose()).toString()).toBe(`${text}\n`);
  });

  test("hangs up on the 65th at a time, and has room again when others leave", async () => {
    let finish = () => {};
    const figures = new Promise<InstanceFigures>((resolve) => (finish = () => resolve(FIGURES)));
    const { port } = await serve({ figures: () => figures });
    const clients = await Promise.all(Array.from({ length: 64 }, () => RawClient.connect(port)));
    expect(await read(port)).toBe("");
    finish();
    for (const client of clients) {
      expect((await client.readUntilClose()).toString()).toEndWith("}\n");
      client.close();
    }
    await eventually("there is room", async () => (await read(port)) !== "");
  });

  test("is refused a port that is in use, and shares it only with its successor", async () => {
    const first = await serve();
    await expect(serve({}, first.port)).rejects.toThrow(
      `listen on 127.0.0.1:${first.port}: another process listens`,
    );
    const second = await serve({ takeOver: true }, first.port);
    open.shift()!.stop();
    expect(JSON.parse(await read(first.port)).number).toBe(1);
    expect(second.gathered).toBe(1);
  });

  test("closes what is open when it stops, and accepts no more", async () => {
    let asked = 0;
    const { port } = await serve({ figures: () => (asked++, new Promise(() => {})) });
    using client = await RawClient.connect(port);
    await eventually("it is accepted", () => asked === 1);
    open.pop()!.stop();
    expect((await client.readUntilClose()).toString()).toBe("");
    await expect(RawClient.connect(port)).rejects.toThrow("ECONNREFUSED");
  });
});
