import { describe, expect, test } from "bun:test";
import { type OperatorStates, Topology } from "../../../../src/control/topology/topology.ts";
import { loadedConfig } from "../../../support/loaded_config.ts";
import type { PoolText } from "../../../support/pool_config.ts";

const A = "127.0.0.1:1:1 a";
const B = "127.0.0.1:2:1 b";
const C = "127.0.0.1:3:1 c";

/** The configuration of pools with these servers, by the pools' names. */
function configOf(
  pools: Record<string, readonly string[]>,
  options: PoolText["options"] = { auto_eject_hosts: true },
) {
  let port = 1000;
  return loadedConfig(
    Object.entries(pools).map(([name, servers]) => ({ name, listen: ++port, servers, options })),
  );
}

/** After each of these configurations. */
function after(...configs: ReturnType<typeof configOf>[]): Topology {
  return configs.reduce((topology, config, i) => topology.with(config, {}, i), new Topology());
}

function statesOf(topology: Topology, pool = "p"): Record<string, string> {
  return Object.fromEntries(
    topology.pools.get(pool)!.servers.map(({ server, state }) => [server.name, state]),
  );
}

describe("Topology", () => {
  test("has all servers live at first, and counts epochs from 0", () => {
    const topology = after(configOf({ p: [A, B] }));
    expect(statesOf(topology)).toEqual({ a: "live", b: "live" });
    expect(topology.verdict("p")).toEqual({ pool: "p", live: [true, true], epoch: 0, cluster: null });
  });

  test("counts an epoch for each change, and none where nothing changed", () => {
    const config = configOf({ p: [A, B], q: [A] });
    const same = after(config, configOf({ p: [A, B], q: [A] }));
    expect(same.verdict("p").epoch).toBe(0);
    const changed = same.with(configOf({ p: [A, B, C], q: [A] }), {}, 2);
    expect([changed.verdict("p").epoch, changed.verdict("q").epoch]).toEqual([1, 0]);
    const failed = changed.withState("p", "a", "failed", 3);
    expect([failed.verdict("p").epoch, failed.verdict("q").epoch]).toEqual([2, 0]);
    // The one that it was made from is as it was.
    expect(statesOf(changed)).toEqual({ a: "live", b: "live", c: "live" });
  });

  test("keeps what failures made of a server as long as it is the same one", () => {
    const failed = after(configOf({ p: [A, B] })).withState("p", "b", "failed", 7);
    const more = failed.with(configOf({ p: [A, "127.0.0.1:2:9 b", C] }), {}, 8);
    expect(statesOf(more)).toEqual({ a: "live", b: "failed", c: "live" });
    expect(more.server("p", "b")).toMatchObject({ sinceMs: 7, server: { weight: 9 } });
    const moved = more.with(configOf({ p: [A, "127.0.0.1:99:1 b"] }), {}, 9);
    expect(statesOf(moved)).toEqual({ a: "live", b: "live" });
    const without = more.with(configOf({ p: [A] }), {}, 9).with(configOf({ p: [A, B] }), {}, 10);
    expect(statesOf(without)).toEqual({ a: "live", b: "live" });
  });

  test("has failed servers back in the ring of a pool that ejects none any more", () => {
    const failed = after(configOf({ p: [A, B] })).withState("p", "b", "failed", 7);
    const tolerant = failed.with(configOf({ p: [A, B] }, { auto_eject_hosts: false }), {}, 8);
    expect(statesOf(tolerant)).toEqual({ a: "live", b: "live" });
  });

  test("puts operators' words above failures, and forgets both when the words are taken back", () => {
    const config = configOf({ p: [A, B] });
    const words: OperatorStates = {
      p: { a: { state: "ejected", sinceMs: 3 }, b: { state: "draining", sinceMs: 4 } },
    };
    const failed = after(config).withState("p", "a", "failed", 1);
    const ordered = failed.with(config, words, 5);
    expect(statesOf(ordered)).toEqual({ a: "ejected", b: "draining" });
    expect(ordered.verdict("p").live).toEqual([false, false]);
    expect(ordered.server("p", "a")!.sinceMs).toBe(3);
    expect(statesOf(ordered.with(config, {}, 6))).toEqual({ a: "live", b: "live" });
  });

  test("gives a new pool a row of clients that none had lately, and one that stays its own", () => {
    const seatsOf = (topology: Topology) => [...topology.pools.values()].map(({ seat }) => seat);
    const first = after(configOf({ p: [A], q: [A] }));
    expect(seatsOf(first)).toEqual([1, 2]);
    const without = first.with(configOf({ p: [A] }), {}, 1).withState("p", "a", "failed", 1);
    let next = without.with(configOf({ p: [A], r: [A] }), {}, 2);
    expect(seatsOf(next)).toEqual([1, 3]);
    for (let i = 0; i < 1020; i++) next = next.with(configOf({ p: [A], [`r${i}`]: [A] }), {}, 3);
    expect(seatsOf(next)).toEqual([1, 1023]);
    expect(seatsOf(next.with(configOf({ p: [A], s: [A] }), {}, 4))).toEqual([1, 2]);
  });

  test("takes any name for a name", () => {
    const names = ["constructor", "toString", "__proto__", "hasOwnProperty"];
    const servers = names.map((name, i) => `127.0.0.1:${i + 1}:1 ${name}`);
    const topology = new Topology().with(configOf({ constructor: servers, valueOf: servers }), {}, 0);
    expect(topology.verdict("constructor").live).toEqual([true, true, true, true]);
    const failed = topology.withState("constructor", "__proto__", "failed", 1);
    expect(failed.verdict("constructor").live.filter(Boolean).length).toBe(3);
    expect(Object.keys(failed.plans({})).sort()).toEqual(["constructor", "valueOf"]);
  });

  test("has no seat for two pools, and those of pools that go are free last", () => {
    const seats = (topology: Topology) =>
      Object.fromEntries([...topology.pools].map(([name, { seat }]) => [name, seat]));
    const first = after(configOf({ p: [A], q: [A] }));
    expect(seats(first)).toEqual({ p: 1, q: 2 });
    const second = first.with(configOf({ q: [A], r: [A] }), {}, 1);
    expect(seats(second)).toEqual({ q: 2, r: 3 });
    const third = second.with(configOf({ q: [A], r: [A], s: [A] }), {}, 2);
    expect(seats(third)).toEqual({ q: 2, r: 3, s: 4 });
  });

  test("refuses more pools than the table of clients has rows", () => {
    const [pool] = configOf({ p: [A] }).pools;
    const config = (count: number) => {
      const pools = Array.from({ length: count }, (_, i) => ({ ...pool!, name: `p${i}` }));
      return { ...configOf({ p: [A] }), pools };
    };
    expect(after(config(1023)).pools.size).toBe(1023);
    expect(() => after(config(1024))).toThrow("there can be no more than 1023 pools");
  });
});

describe("a cluster's topology", () => {
  const config = {
    ...configOf({ p: ["127.0.0.1:1:1"] }),
    pools: configOf({ p: ["127.0.0.1:1:1"] }).pools.map((pool) => ({
      ...pool,
      servers: [],
      cluster: { seeds: [], addressMap: null, refreshMs: 1000 },
    })),
  };
  const primary = (name: string) => ({
    id: name,
    server: { name, address: { kind: "tcp" as const, host: name, port: 1 }, weight: 1 },
    configEpoch: 1,
    replicas: [],
  });

  test("has no servers before anybody was asked, and routes nothing", () => {
    const topology = new Topology().with(config, {}, 0);
    expect(topology.verdict("p")).toEqual({
      pool: "p",
      live: [],
      epoch: 0,
      cluster: { servers: [], numbers: [], slots: [], configEpochs: [] },
    });
  });

  test("takes a layout over as a new epoch, once, and keeps it over a reload", () => {
    const layout = { primaries: [primary("a"), primary("b")], slots: [0, 16_383, 1] };
    const before = new Topology().with(config, {}, 0);
    const topology = before.withLayout("p", layout, 5);
    expect(topology.withLayout("p", structuredClone(layout), 6)).toBe(topology);
    const { epoch, live, cluster } = topology.with(config, {}, 7).verdict("p");
    expect({ epoch, live, slots: cluster!.slots }).toEqual({
      epoch: 1,
      live: [true, true],
      slots: [0, 16_383, 1],
    });
    expect(topology.with(config, {}, 7).server("p", "b")!.sinceMs).toBe(5);
  });

  test("gives a primary that comes back the number it had", () => {
    const first = new Topology().with(config, {}, 0).withLayout(
      "p",
      { primaries: [primary("a")], slots: [] },
      1,
    );
    const second = first.withLayout("p", { primaries: [primary("b")], slots: [] }, 2);
    const third = second.withLayout("p", { primaries: [primary("b"), primary("a")], slots: [] }, 3);
    const numbers = [first, second, third].map((each) => each.verdict("p").cluster!.numbers);
    expect(numbers[2]).toEqual([numbers[1]![0]!, numbers[0]![0]!]);
    expect(new Set(numbers[2]).size).toBe(2);
  });
});
