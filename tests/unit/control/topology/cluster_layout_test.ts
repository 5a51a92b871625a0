import { describe, expect, test } from "bun:test";
import { layoutOf, nodeAt, unservedSlots } from "../../../../src/control/topology/cluster_layout.ts";

const at = (host: string, port: number, id = `${host}:${port}`) => ({ id, host, port, isOnline: true });

describe("layoutOf", () => {
  test("numbers primaries by their names and orders ranges by their slots", () => {
    const shards = [
      {
        slots: [[6000, 16_383], [0, 9]] as const,
        primary: at("10.0.0.10", 7000),
        replicas: [at("10.0.0.4", 7000)],
      },
      { slots: [[10, 5999]] as const, primary: at("10.0.0.9", 7000), replicas: [] },
    ];
    const { primaries, slots } = layoutOf(shards, new Map([["10.0.0.9:7000", 7]]), "h", null);
    expect(primaries.map(({ server, replicas }) => [server.name, replicas.map(({ name }) => name)])).toEqual([
      ["10.0.0.9:7000", []],
      ["10.0.0.10:7000", ["10.0.0.4:7000"]],
    ]);
    expect(primaries.map(({ configEpoch }) => configEpoch)).toEqual([7, 0]);
    expect(slots).toEqual([0, 9, 1, 10, 5999, 0, 6000, 16_383, 1]);
  });

  test("takes the host that was asked for a node that doesn't know its own", () => {
    const shards = [{ slots: [[0, 16_382]] as const, primary: at("", 7000), replicas: [] }];
    const layout = layoutOf(shards, new Map(), "::1", null);
    expect(layout.primaries[0]!.server).toEqual({
      name: "[::1]:7000",
      address: { kind: "tcp", host: "::1", port: 7000 },
      weight: 1,
    });
    expect(unservedSlots(layout)).toBe(1);
  });
});

test.each([
  ["10.0.0.1", 7000, "a", 1],
  ["10.0.0.1", 7001, "b", 7001],
  ["10.0.0.2", 7000, "10.0.0.2", 7000],
  ["::5", 7000, "::6", 9],
])("nodeAt reaches %s:%d at %s:%d, and calls it what it is announced as", (host, port, to, toPort) => {
  const mappings = [
    { from: "10.0.0.1", to: "b" },
    { from: "10.0.0.1:7000", to: "a:1" },
    { from: "[::5]:7000", to: "[::6]:9" },
  ];
  const { name, address } = nodeAt(host, port, mappings);
  expect(name).toBe(host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`);
  expect(address).toEqual({ kind: "tcp", host: to, port: toPort });
});
