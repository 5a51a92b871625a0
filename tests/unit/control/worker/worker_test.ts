import { describe, expect, test } from "bun:test";
import type { Config } from "../../../../src/config/mod.ts";
import { Lane } from "../../../../src/proxy/lane.ts";
import { Session } from "../../../../src/proxy/session.ts";
import { closeDescriptor, duplicate, openSocket } from "../../../../src/transport/listening_socket.ts";
import { eventually } from "../../../support/eventually.ts";
import { FakeServer, healthy, silent } from "../../../support/fake_server.ts";
import { freePort, isFree } from "../../../support/free_port.ts";
import { loadedConfig } from "../../../support/loaded_config.ts";
import { openFiles } from "../../../support/open_files.ts";
import type { PoolText } from "../../../support/pool_config.ts";
import { RespError } from "../../../support/resp.ts";
import { openedSocket, ownSockets, WorkerRig } from "../../../support/worker_rig.ts";

const NOWHERE = ["127.0.0.1:1:1 a"];
function one(pool: Partial<PoolText> & { listen: number }, instance = ""): Config {
  return loadedConfig([{ servers: NOWHERE, ...pool }], instance);
}

describe("Worker.prepare", () => {
  test("changes nothing until commit, and nothing at all when it is taken back", async () => {
    await using rig = new WorkerRig();
    const [port, other] = [freePort(), freePort()];
    await rig.apply(one({ listen: port }));
    const { plan } = rig.plan(one({ listen: other }));
    await rig.worker.prepare(plan, ownSockets(plan.config));
    expect([isFree(port), isFree(other)]).toEqual([false, true]);
    await rig.worker.abort();
    await expect(rig.worker.commit()).rejects.toThrow();
    expect([isFree(port), isFree(other)]).toEqual([false, true]);
  });

  test.skipIf(process.platform !== "linux")(
    "closes the sockets of a plan that comes to nothing",
    async () => {
      await using rig = new WorkerRig();
      const port = freePort();
      const address = { kind: "tcp" as const, host: "127.0.0.1", port };
      const descriptor = await openSocket({ address, backlog: 1, shared: false });
      const { plan } = rig.plan(one({ listen: port }));
      const files = openFiles();
      for (const end of [() => rig.worker.abort(), () => rig.worker.prepare(plan, [])]) {
        await rig.worker.prepare(plan, [{ pool: "main", descriptor: duplicate(descriptor) }]);
        expect(openFiles()).toBe(files + 1);
        await end();
        expect(openFiles()).toBe(files);
      }
      closeDescriptor(descriptor);
    },
  );

  test("refuses certificates that can't be used, before anything has changed", async () => {
    await using rig = new WorkerRig();
    const config = one({ listen: freePort() });
    const { plan } = rig.plan(config);
    const tls = { cert: "no certificate", key: "no key", clientCa: null };
    const pools = { main: { ...plan.pools.main!, tls } };
    const prepared = rig.worker.prepare({ ...plan, pools }, ownSockets(config));
    await expect(prepared).rejects.toThrow(/^pool "main": tls: the certificate or its key can't be read/);
  });
});

describe("Worker.commit", () => {
  test("keeps clients, connections and listeners of a pool that stays the same", async () => {
    await using server = await FakeServer.start(healthy);
    await using rig = new WorkerRig();
    const port = freePort();
    const config = one({ listen: port, servers: [server] });
    await rig.apply(config);
    const client = await rig.connect(port);
    expect(await client.command("SET", "a", "1")).toBe("OK");
    for (let i = 0; i < 5; i++) await rig.apply(structuredClone(config));
    expect(await client.command("SET", "a", "2")).toBe("OK");
    expect(server.peers.length).toBe(1);
  });

  test("keeps the connections to servers that only weigh differently", async () => {
    await using server = await FakeServer.start(healthy);
    await using rig = new WorkerRig();
    const port = freePort();
    const options = { learn_commands: false };
    await rig.apply(one({ listen: port, servers: [`${server.address}:1 a`], options }));
    const client = await rig.connect(port);
    await client.command("SET", "a", "1");
    await rig.apply(one({ listen: port, servers: [`${server.address}:7 a`, "127.0.0.1:1:1 b"], options }));
    const others = { ...options, timeout: 100 };
    await rig.apply(one({ listen: port, servers: [`${server.address}:7 a`], options: others }));
    await client.command("SET", "a", "2");
    expect(server.peers.length).toBe(1);
  });

  test("connects anew for another database, after what was asked in the old one is answered", async () => {
    await using server = await FakeServer.start(silent);
    await using rig = new WorkerRig();
    const port = freePort();
    const options = { timeout: 60_000 };
    await rig.apply(one({ listen: port, servers: [server], options }));
    const client = await rig.connect(port);
    client.send("GET", "first");
    await eventually("it is asked", () => server.requestsOf("GET").length === 1);
    await rig.apply(one({ listen: port, servers: [server], options: { ...options, redis_db: 1 } }));
    client.send("GET", "second");
    client.send("PING");
    await eventually("both are known", async () => (await rig.worker.clients())[0]!.pending === 3);
    await rig.apply(one({ listen: port, servers: [server], options: { ...options, redis_db: 2 } }));
    client.send("GET", "third");
    server.script = ([name], peer) => peer.write(name === "SELECT" ? "+OK\r\n" : `$2\r\nok\r\n`);
    server.peers[0]!.write("$2\r\nok\r\n");
    expect((await client.readReplies(4)).map(String)).toEqual(["ok", "ok", "PONG", "ok"]);
    expect(server.requests.map((words) => words.join(" "))).toEqual([
      "GET first",
      "SELECT 1",
      "GET second",
      "SELECT 2",
      "GET third",
    ]);
    await eventually(
      "only the last connection is left",
      () => server.peers.filter(({ closed }) => !closed).length === 1,
    );
  });

  test("hears no more of a server that has moved away from a dead address", async () => {
    await using dead = await FakeServer.start(silent);
    await using well = await FakeServer.start(healthy);
    await using rig = new WorkerRig();
    const port = freePort();
    const options = { timeout: 300 };
    await rig.apply(one({ listen: port, servers: [`${dead.address}:1 a`], options }));
    const client = await rig.connect(port);
    client.send("GET", "x");
    await eventually("it is asked", () => dead.requests.length === 1);
    await rig.apply(one({ listen: port, servers: [`${well.address}:1 a`], options }));
    expect(await client.readReply()).toEqual(new RespError("ERR Connection timed out"));
    expect(await client.command("SET", "a", "1")).toBe("OK");
    expect(rig.told).toEqual([]);
  });

  test("sees the clients of a pool off that is gone, and counts them as long as they are there", async () => {
    await using server = await FakeServer.start(silent);
    await using rig = new WorkerRig();
    const [port, other] = [freePort(), freePort()];
    await rig.apply(loadedConfig([
      { name: "p", listen: port, servers: [server] },
      { name: "q", listen: other, servers: NOWHERE },
    ]));
    const [idle, busy] = [await rig.connect(port), await rig.connect(port)];
    await idle.command("PING");
    busy.send("GET", "x");
    await eventually("it is asked", () => server.requests.length === 1);
    await rig.apply(one({ name: "q", listen: other }));
    expect((await idle.readUntilClose()).length).toBe(0);
    idle.close();
    await eventually("one is left", async () => (await rig.worker.clients()).length === 1);
    expect(isFree(port)).toBe(true);
    server.peer.write("$2\r\nok\r\n");
    expect(String(await busy.readReply())).toBe("ok");
    expect((await busy.readUntilClose()).length).toBe(0);
    busy.close();
    await eventually("none is left", async () => (await rig.worker.clients()).length === 0);
    await eventually("nor a connection", () => server.peers.every(({ closed }) => closed));
  });

  test("lets a client that leaves finish its transaction", async () => {
    await using server = await FakeServer.start(healthy);
    await using rig = new WorkerRig();
    const [port, other] = [freePort(), freePort()];
    await rig.apply(one({ name: "p", listen: port, servers: [server] }));
    const client = await rig.connect(port);
    expect(await client.command("MULTI")).toBe("OK");
    await rig.apply(one({ name: "q", listen: other }));
    expect(await client.command("SET", "a", "1")).toBe("QUEUED");
    expect(await client.command("DISCARD")).toBe("OK");
    expect((await client.readUntilClose()).length).toBe(0);
  });

  test("makes another pool of one that speaks another protocol now", async () => {
    await using rig = new WorkerRig();
    const port = freePort();
    using socket = await openedSocket(port);
    await rig.apply(one({ listen: port }), [socket.offer()]);
    const client = await rig.connect(port);
    expect(await client.command("PING")).toBe("PONG");
    await rig.apply(one({ listen: port, options: { redis: false } }), [socket.offer()]);
    expect((await client.readUntilClose()).length).toBe(0);
    const other = await rig.connect(port);
    other.write("version\r\n");
    expect(await other.readLine()).toMatch(/^(VERSION|SERVER_ERROR)/);
  });
});

describe("Worker", () => {
  test("closes the client an operator names", async () => {
    await using rig = new WorkerRig();
    const port = freePort();
    await rig.apply(one({ listen: port }));
    const client = await rig.connect(port);
    const id = Number(await client.command("CLIENT", "ID"));
    expect(await rig.worker.killClient(id + 1)).toBe(false);
    expect(await rig.worker.killClient(id)).toBe(true);
    await client.readUntilClose();
    expect(await rig.worker.killClient(id)).toBe(false);
  });

  test("lets those in that wait to be accepted when it is to drain", async () => {
    await using rig = new WorkerRig();
    const port = freePort();
    await rig.apply(one({ listen: port }));
    // They are in the queue before the event loop looks at it again.
    const connecting = Array.from({ length: 20 }, () => rig.connect(port));
    const drained = rig.worker.drain(200);
    for (const client of await Promise.all(connecting)) expect(await client.command("PING")).toBe("PONG");
    await drained;
    expect(isFree(port)).toBe(true);
  });

  test("drains before there is anything, and again afterwards", async () => {
    const rig = new WorkerRig();
    await rig.worker.drain(1000);
    const port = freePort();
    await rig.apply(one({ listen: port }));
    await rig.worker.drain(1000);
    expect(isFree(port)).toBe(true);
  });
});

/** Has a method throw at its next call. */
function sabotage<T extends object>(prototype: T, member: keyof T): void {
  const original = Object.getOwnPropertyDescriptor(prototype, member)!;
  const fail = () => {
    Object.defineProperty(prototype, member, original);
    throw new Error("a bug");
  };
  const broken = original.get === undefined ? { value: fail } : { get: fail };
  Object.defineProperty(prototype, member, { ...broken, configurable: true });
}

describe("A fault of ours in a worker's tick", () => {
  test("ends the requests of the lane it happened in, and the server is said to have failed", async () => {
    await using server = await FakeServer.start(silent);
    await using rig = new WorkerRig();
    const port = freePort();
    await rig.apply(one({ listen: port, servers: [`${server.address}:1 a`] }));
    const [client, other] = [await rig.connect(port), await rig.connect(port)];
    client.send("GET", "x");
    await eventually("it is asked", () => server.requests.length === 1);
    sabotage(Lane.prototype, "tick");
    expect(await client.readReply()).toEqual(new RespError("ERR internal error"));
    expect(rig.told).toEqual([
      ["server.failed", "main", "a", expect.stringMatching(/^internal error: Error: a bug\n +at /), 1],
    ]);
    server.script = healthy;
    expect(await other.command("SET", "a", "1")).toBe("OK");
    expect(await client.command("SET", "a", "1")).toBe("OK");
  });

  test("ends the client it happened to, and no other", async () => {
    await using rig = new WorkerRig();
    const port = freePort();
    await rig.apply(one({ listen: port }));
    const [client, other] = [await rig.connect(port), await rig.connect(port)];
    for (const each of [client, other]) expect(await each.command("PING")).toBe("PONG");
    sabotage(Session.prototype, "isUploading");
    await eventually("one of them is gone", () => client.ended || other.ended);
    const left = client.ended ? other : client;
    expect(await left.command("PING")).toBe("PONG");
    expect(rig.told).toMatchObject([["client.error", { reason: expect.stringContaining("a bug") }]]);
  });
});
