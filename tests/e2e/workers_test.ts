/** Several worker processes on one port: what each of them can suffer, and what the others notice of it. */
import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { eventually } from "../support/eventually.ts";
import { freePort, isFree } from "../support/free_port.ts";
import { executedOn, Load } from "../support/load.ts";
import { configText } from "../support/loaded_config.ts";
import { openFiles } from "../support/open_files.ts";
import { childPids, childrenOf, isAlive } from "../support/processes.ts";
import { reasonToSkip } from "../support/programs.ts";
import { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import { startSennit } from "../support/sennit.ts";
import { countLogged, reload } from "./reloading.ts";

/** Client ids of two lives of workers are so far apart. */
const IDS_PER_LIFE = 2 ** 32;

interface Setup {
  readonly workers?: number;
  readonly options?: Readonly<Record<string, string | number | boolean>>;
  readonly instance?: string;
}

/** A proxy of several workers over one server. */
async function start(stack: AsyncDisposableStack, { workers = 2, options = {}, instance = "" }: Setup = {}) {
  const server = stack.use(await RedisServer.start());
  const port = freePort();
  const text = (more = {}) =>
    configText(
      [{ listen: port, servers: [server], options: { ...options, ...more } }],
      `workers: ${workers}\n${instance}`,
    );
  const proxy = stack.use(await startSennit(text()));
  return { proxy, server, port, text };
}

/** Connections of which each worker has at least one: by the life of their worker, with their ids. */
async function onAllWorkers(
  port: number,
  workers: number,
): Promise<Map<number, { client: RawClient; id: number }[]>> {
  const byLife = new Map<number, { client: RawClient; id: number }[]>();
  for (let i = 0; i < 200 && (i < 12 || byLife.size < workers); i++) {
    const client = await RawClient.connect(port);
    const id = Number(await client.command("CLIENT", "ID"));
    const life = Math.floor(id / IDS_PER_LIFE);
    byLife.set(life, [...byLife.get(life) ?? [], { client, id }]);
  }
  expect(byLife.size).toBe(workers);
  return byLife;
}

describe.skipIf(process.platform !== "linux" || reasonToSkip("redis-server") !== null)("a worker", () => {
  test("that is killed takes its own clients along and nobody else's; those that come wait for the next one", async () => {
    await using stack = new AsyncDisposableStack();
    const { proxy, server, port } = await start(stack);
    const byLife = await onAllWorkers(port, 2);
    const ids = [...byLife.values()].flat().map(({ id }) => id);
    const isBroken = () => [...byLife.values()].map((list) => list.map(({ client }) => client.ended));
    // Kept busy with pipelines, so that it is killed in the midst of them.
    const [victim] = childPids(proxy.pid) as [number, number];
    for (const { client } of [...byLife.values()].flat()) {
      for (let i = 0; i < 50; i++) client.send("INCR", "n");
    }
    process.kill(victim, "SIGKILL");
    const come = await Promise.all(Array.from({ length: 30 }, () => RawClient.connect(port)));
    for (const client of come) client.send("PING");
    await eventually("its clients know", () => isBroken().some((list) => list.every(Boolean)));
    const [survivors] = [...byLife.values()].filter((list) => !list.some(({ client }) => client.ended));
    expect(survivors).toBeDefined();
    for (const { client } of survivors!) expect((await client.readReplies(50)).length).toBe(50);
    // Nobody was turned away while it was gone.
    for (const client of come) expect(await client.readReply()).toBe("PONG");
    await eventually("another one serves", () => countLogged(proxy, "worker.started") === 1);
    expect(countLogged(proxy, "worker.died")).toBe(1);
    expect(proxy.log).toContain("reason=SIGKILL");
    for (const client of come) ids.push(Number(await client.command("CLIENT", "ID")));
    expect(new Set(ids).size).toBe(ids.length);
    await eventually(
      "no zombie is left",
      () => childrenOf(proxy.pid).every(({ state }) => !state.startsWith("Z")),
    );
    expect(childPids(proxy.pid).length).toBe(2);
    expect(Number(await server.command("GET", "n"))).toBeGreaterThanOrEqual(survivors!.length * 50);
    for (const { client } of [...byLife.values()].flat()) client.close();
    for (const client of come) client.close();
  });

  test("that stands still keeps nobody else from anything, and takes up where it was", async () => {
    await using stack = new AsyncDisposableStack();
    const { proxy, port, text } = await start(stack);
    const byLife = await onAllWorkers(port, 2);
    const all = [...byLife.values()].flat();
    const [stopped] = childPids(proxy.pid) as [number, number];
    process.kill(stopped, "SIGSTOP");
    // Those on the other worker are served, and a reload is refused because this one can't say yes.
    let answered = 0;
    const answers = all.map(async ({ client }) => {
      client.deadlineMs = 15_000;
      expect(await client.command("PING")).toBe("PONG");
      answered++;
    });
    writeFileSync(proxy.configFile, text({ timeout: 1234 }));
    proxy.signal("SIGHUP");
    const sizes = [...byLife.values()].map((list) => list.length);
    await eventually("the others are answered", () => sizes.includes(answered));
    await eventually("it is refused", () => countLogged(proxy, "config.rejected") === 1, {
      timeoutMs: 10_000,
    });
    expect(proxy.log).toMatch(/config\.rejected .*worker [01]: no answer within 5000 ms/);
    expect(sizes).toContain(answered);
    process.kill(stopped, "SIGCONT");
    await Promise.all(answers);
    await reload(proxy, text({ timeout: 2345 }));
    for (const { client } of all) client.close();
    expect(countLogged(proxy, "worker.died")).toBe(0);
  }, 20_000);

  test("that has promised a change and stands still then makes it later, and loses nobody", async () => {
    await using stack = new AsyncDisposableStack();
    const { proxy, port, text } = await start(stack);
    const byLife = await onAllWorkers(port, 2);
    const all = [...byLife.values()].flat();
    const [first, late] = childPids(proxy.pid) as [number, number];
    const files = openFiles(late);
    process.kill(first, "SIGSTOP");
    writeFileSync(proxy.configFile, text({ client_connections: 10_000 }));
    proxy.signal("SIGHUP");
    await eventually("one has what it was offered", () => openFiles(late) > files);
    // What it does after that, it does after its promise.
    expect(await byLife.get(1)![0]!.client.command("PING")).toBe("PONG");
    process.kill(late, "SIGSTOP");
    process.kill(first, "SIGCONT");
    await eventually("the change is made", () => countLogged(proxy, "config.reloaded") === 1, {
      timeoutMs: 10_000,
    });
    expect(countLogged(proxy, "worker.late")).toBe(1);
    process.kill(late, "SIGCONT");
    await eventually("it has made it", () => countLogged(proxy, "worker.caught_up") === 1);
    expect(childPids(proxy.pid)).toEqual([first, late]);
    for (const { client } of all) expect(await client.command("PING")).toBe("PONG");
    for (const { client } of all) client.close();
  }, 20_000);
});

describe.skipIf(process.platform !== "linux" || reasonToSkip("redis-server") !== null)("workers", () => {
  test("see their clients off and end when their supervisor is killed", async () => {
    await using stack = new AsyncDisposableStack();
    const { proxy, server, port } = await start(stack);
    const pids = childPids(proxy.pid);
    const load = stack.use(await Load.start(port, { long: 10 }));
    proxy.signal("SIGKILL");
    await eventually("all have ended", () => !pids.some(isAlive));
    await eventually("nobody listens there", () => isFree(port));
    await load.stop();
    // What was executed was answered; what came later found nobody, or nobody who had accepted it.
    const expected = /^connect: ECONNREFUSED|^closed by ECONNRESET with "" /;
    expect(load.failures.filter((failure) => !expected.test(failure))).toEqual([]);
    expect(await executedOn([server.endpoint])).toBe(load.acknowledged);
  });

  test("end at once at the second signal", async () => {
    await using stack = new AsyncDisposableStack();
    const { proxy, port } = await start(stack, { instance: "shutdown_grace: 60000" });
    const pids = [proxy.pid, ...childPids(proxy.pid)];
    // A client that is never quiet.
    using client = await RawClient.connect(port);
    client.write("*2\r\n$4\r\n");
    await eventually("it is known", async () => {
      using other = await RawClient.connect(port);
      return await other.command("PING") === "PONG";
    });
    proxy.signal("SIGTERM");
    await eventually("it is stopping", () => countLogged(proxy, "stopping") === 1);
    proxy.signal("SIGTERM");
    await eventually("all have ended", () => !pids.some(isAlive));
    expect(await proxy.process.exited).toBe(1);
  });

  test("have no more clients together than client_connections, also after one of them died", async () => {
    await using stack = new AsyncDisposableStack();
    const { proxy, port } = await start(stack, { workers: 3, options: { client_connections: 10 } });
    /** How many of 40 that come together are let in. */
    const letIn = async () => {
      const clients = await Promise.all(Array.from({ length: 40 }, () => RawClient.connect(port)));
      for (const client of clients) client.send("PING");
      const replies = await Promise.allSettled(clients.map((client) => client.readReply()));
      const admitted = replies.filter((reply) =>
        reply.status === "fulfilled" && reply.value === "PONG"
      ).length;
      return { clients, admitted };
    };
    const first = await letIn();
    // Of several that come to the last seats at once, all may be refused.
    expect(first.admitted).toBeGreaterThanOrEqual(10 - 2);
    expect(first.admitted).toBeLessThanOrEqual(10);
    process.kill(childPids(proxy.pid)[0]!, "SIGKILL");
    await eventually("another one serves", () => countLogged(proxy, "worker.started") === 1);
    for (const client of first.clients) client.close();
    await eventually("there is room for as many again", async () => {
      const { clients, admitted } = await letIn();
      for (const client of clients) client.close();
      expect(admitted).toBeLessThanOrEqual(10);
      return admitted >= 8;
    });
  });
});
