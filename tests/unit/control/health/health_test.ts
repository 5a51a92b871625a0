import { describe, expect, test } from "bun:test";
import { type Bench, Health } from "../../../../src/control/health/health.ts";
import { Topology } from "../../../../src/control/topology/topology.ts";
import { eventually } from "../../../support/eventually.ts";
import { FakeServer, healthy, type Script, silent } from "../../../support/fake_server.ts";
import { loadedConfig } from "../../../support/loaded_config.ts";
import type { PoolText } from "../../../support/pool_config.ts";

const EJECTING = { auto_eject_hosts: true, server_failure_limit: 3, server_retry_timeout: 100 };

/** A pool "p" over these servers, judged by a `Health` whose clock is the test's. */
function judged(servers: PoolText["servers"], options: PoolText["options"] = EJECTING) {
  const events: string[] = [];
  const config = loadedConfig([{ name: "p", listen: 1000, servers, options }]);
  const bench: Bench & { topology: Topology } = {
    topology: new Topology().with(config, {}, 0),
    texts: {},
    judge(pool, server, state) {
      this.topology = this.topology.withState(pool, server, state, 0);
    },
  };
  const health = new Health(bench, (event, { pool: _, ...facts }) => {
    events.push([event, ...Object.values(facts)].join(" "));
  });
  return { bench, health, events };
}

/** Ticks until `done`. */
async function untilTicks(health: Health, what: string, done: () => boolean): Promise<void> {
  await eventually(what, () => {
    health.tick(performance.now());
    return done();
  });
}

/** Has the server ejected. */
function fail(health: Health, server: string, now = performance.now()): void {
  health.serverFailed("p", server, "EOF", 3, now);
}

describe("Health", () => {
  test("takes a server out once it has failed often enough in a row", () => {
    const { health, events, bench } = judged(["127.0.0.1:1:1 a", "127.0.0.1:2:1 b"]);
    health.serverFailed("p", "a", "EOF", 1, 0);
    health.serverFailed("p", "a", "EOF", 2, 0);
    expect(bench.topology.verdict("p").live).toEqual([true, true]);
    health.serverFailed("p", "a", "EOF", 3, 0);
    // Once it is out, it can't fail any more.
    health.serverFailed("p", "a", "EOF", 4, 0);
    expect(events).toEqual(["server.failed a EOF", "server.ejected a 1 1"]);
    expect(health.ejections).toEqual({ p: 1 });
  });

  test("takes none out of a pool that ejects none, and knows no others", () => {
    const { health, events, bench } = judged(["127.0.0.1:1:1 a"], {});
    health.serverFailed("p", "a", "EOF", 100, 0);
    health.serverFailed("p", "none", "EOF", 100, 0);
    health.serverFailed("none", "a", "EOF", 100, 0);
    expect(events).toEqual(["server.failed a EOF"]);
    expect(bench.topology.verdict("p").live).toEqual([true]);
  });

  test("says a reason once, until it is another or the server was connected meanwhile", () => {
    const { health, events } = judged(["127.0.0.1:1:1 a"], {});
    for (const reason of ["EOF", "EOF", "ETIMEDOUT", "ETIMEDOUT", "EOF"]) {
      health.serverFailed("p", "a", reason, 1, 0);
    }
    health.serverReady("p", "a");
    health.serverReady("p", "a");
    health.serverFailed("p", "a", "EOF", 1, 0);
    expect(events).toEqual([
      "server.failed a EOF",
      "server.failed a ETIMEDOUT",
      "server.failed a EOF",
      "server.connected a",
      "server.failed a EOF",
    ]);
  });

  test("lets a server back in when it answers a probe, and not before it is due", async () => {
    await using server = await FakeServer.start(healthy);
    const { health, events, bench } = judged([`${server.address}:1 a`, "127.0.0.1:2:1 b"]);
    const now = performance.now();
    fail(health, "a", now);
    health.tick(now);
    health.tick(now + 99);
    expect(server.peers.length).toBe(0);
    await untilTicks(health, "it is back", () => bench.topology.verdict("p").live[0]!);
    expect(events.at(-1)).toBe("server.readmitted a 2 2");
    expect(server.requestsOf("PING").length).toBe(1);
    await eventually("the probe's connection is closed", () => server.peer.closed);
  });

  const REFUSALS: [string, Script][] = [
    ["with an error", (_, peer) => peer.write("-LOADING Redis is loading the dataset in memory\r\n")],
    ["with nonsense", (_, peer) => peer.write("hello?\r\n")],
    ["by closing", (_, peer) => peer.finish()],
  ];
  test.each(REFUSALS)("asks again and again a server that answers %s", async (_, script) => {
    await using server = await FakeServer.start(script);
    const { health, bench } = judged([`${server.address}:1 a`]);
    fail(health, "a");
    await untilTicks(health, "it was asked three times", () => server.peers.length >= 3);
    expect(bench.topology.verdict("p").live).toEqual([false]);
    server.script = healthy;
    await untilTicks(health, "it is back", () => bench.topology.verdict("p").live[0]!);
    await eventually("all probes' connections are closed", () => server.peers.every(({ closed }) => closed));
  });

  test("gives up a probe that isn't answered, and closes its connection", async () => {
    await using server = await FakeServer.start(silent);
    const { health } = judged([`${server.address}:1 a`]);
    const now = performance.now();
    fail(health, "a", now);
    health.tick(now + 100);
    await eventually("it is asked", () => server.requests.length === 1);
    health.tick(now + 2099);
    expect(server.peer.closed).toBe(false);
    health.tick(now + 2100);
    await eventually("it is closed", () => server.peer.closed);
  });

  test.each(["leaves the pool", "is ejected by an operator"])(
    "ends its probe of a server that %s meanwhile",
    async (what) => {
      await using server = await FakeServer.start(silent);
      const { health, bench } = judged([`${server.address}:1 a`]);
      const now = performance.now();
      fail(health, "a", now);
      health.tick(now + 100);
      await eventually("it is asked", () => server.requests.length === 1);
      const servers = what === "leaves the pool" ? ["127.0.0.1:2:1 b"] : [`${server.address}:1 a`];
      const config = loadedConfig([{ name: "p", listen: 1000, servers, options: EJECTING }]);
      bench.topology = bench.topology.with(config, { p: { a: { state: "ejected", sinceMs: 0 } } }, 1);
      health.tick(now + 150);
      await eventually("its connection is closed", () => server.peer.closed);
    },
  );

  test("keeps nothing of servers and pools that have gone", () => {
    const { health, bench, events } = judged(["127.0.0.1:1:1 a", "127.0.0.1:2:1 b"]);
    const become = (name: string, ...servers: string[]) => {
      const config = loadedConfig([{ name, listen: 1000, servers, options: EJECTING }]);
      bench.topology = bench.topology.with(config, {}, 0);
      health.forget();
    };
    for (const server of ["a", "b"]) fail(health, server);
    expect([health.ejections, [...health.lastEjections.keys()]]).toEqual([{ p: 2 }, [
      '["p","a"]',
      '["p","b"]',
    ]]);
    become("p", "127.0.0.1:2:1 b");
    expect([health.ejections, [...health.lastEjections.keys()]]).toEqual([{ p: 2 }, ['["p","b"]']]);
    become("q", "127.0.0.1:2:1 b");
    expect([health.ejections, [...health.lastEjections.keys()]]).toEqual([{}, []]);
    become("p", "127.0.0.1:1:1 a");
    fail(health, "a");
    // It is news again.
    expect(events.filter((event) => event === "server.failed a EOF").length).toBe(2);
    expect(health.ejections).toEqual({ p: 1 });
  });
});
