import { describe, expect, test } from "bun:test";
import { formatServer } from "../../../../src/config/mod.ts";
import { ChangeRefused } from "../../../../src/control/instance.ts";
import {
  addServer,
  changeServer,
  describeStates,
  effectiveConfig,
  effectiveServers,
  fingerprint,
  type Members,
  removeServer,
  withMembers,
} from "../../../../src/control/settings/membership.ts";
import { configOf, poolOf } from "./pool_of.ts";

const NOW = 1_700_000_000_000;
const POOL = poolOf(["10.0.0.1:6379:1 a", "10.0.0.2:6379:2 b"]);
const MEMBERS: Members = { servers: POOL.servers, states: {} };

function entries({ servers }: Members): string[] {
  return servers.map(formatServer);
}

/** How a change is refused: kind, field and message. */
function refusal(change: () => unknown): [string, string, string] {
  try {
    change();
  } catch (error) {
    if (error instanceof ChangeRefused) return [error.kind, error.field, error.message];
    throw error;
  }
  throw new Error("it was not refused");
}

describe("addServer", () => {
  test("adds what the entry says, as the file's reader reads it", () => {
    expect(entries(addServer(MEMBERS, "10.0.0.3:6379:4 c"))).toEqual([
      ...entries(MEMBERS),
      "10.0.0.3:6379:4 c",
    ]);
    expect(entries(addServer(MEMBERS, "/run/c.sock:1")).at(-1)).toBe("/run/c.sock:1 /run/c.sock:");
    expect(entries(MEMBERS).length).toBe(2);
  });

  test.each([
    ["10.0.0.3:6379:1 a", "conflict", 'a server is already named "a"'],
    ["10.0.0.1:6379:1 c", "conflict", 'server "a" is already at 10.0.0.1:6379'],
    ["10.0.0.3:6379:0 c", "invalid", "weight 0 is not in 1..2147483647"],
    ["10.0.0.3:99999:1 c", "invalid", "port 99999 is not in 1..65535"],
    ["10.0.0.3", "invalid", '"10.0.0.3" is not host:port:weight'],
    ["10.0.0.3:6379:1 ", "invalid", "ends with a space"],
  ])("refuses %j", (entry, kind, message) => {
    expect(refusal(() => addServer(MEMBERS, entry))).toEqual([
      kind,
      "entry",
      expect.stringContaining(message),
    ]);
  });
});

describe("removeServer", () => {
  test("removes the server and what was said about it", () => {
    const ejected = changeServer(MEMBERS, "b", { state: "ejected" }, NOW);
    const rest = removeServer(ejected, "b");
    expect([entries(rest), rest.states]).toEqual([["10.0.0.1:6379:1 a"], {}]);
  });

  test("refuses one that isn't there, the last one, and the last one that takes keys", () => {
    expect(refusal(() => removeServer(MEMBERS, "c"))).toEqual(["missing", "id", 'there is no server "c"']);
    expect(refusal(() => removeServer(removeServer(MEMBERS, "a"), "b"))).toEqual([
      "conflict",
      "id",
      'server "b" is the last one of its pool',
    ]);
    const drained = changeServer(MEMBERS, "b", { state: "draining" }, NOW);
    expect(refusal(() => removeServer(drained, "a"))).toEqual([
      "conflict",
      "id",
      'server "a" is the last one that takes keys',
    ]);
  });
});

describe("changeServer", () => {
  test("changes weight and state, together or alone", () => {
    const both = changeServer(MEMBERS, "a", { weight: 7, state: "draining" }, NOW);
    expect(entries(both)).toEqual(["10.0.0.1:6379:7 a", "10.0.0.2:6379:2 b"]);
    expect(both.states).toEqual({ a: { state: "draining", sinceMs: NOW } });
    const back = changeServer(both, "a", { state: "live" }, NOW + 1);
    expect([entries(back), back.states]).toEqual([entries(both), {}]);
  });

  test("keeps the moment at which a state began when it is asked for again", () => {
    const ejected = changeServer(MEMBERS, "a", { state: "ejected" }, NOW);
    expect(changeServer(ejected, "a", { state: "ejected" }, NOW + 5)).toEqual(ejected);
    expect(changeServer(ejected, "a", { state: "draining" }, NOW + 5).states.a!.sinceMs).toBe(NOW + 5);
  });

  test.each(
    [
      ["c", { weight: 2 }, "missing", "id", 'there is no server "c"'],
      ["a", {}, "invalid", "", "neither a weight nor a state is given"],
      ["a", { weight: 0 }, "invalid", "weight", "weight 0 is not a whole number in 1..2147483647"],
      ["a", { weight: 1.5 }, "invalid", "weight", "weight 1.5 is not"],
      ["a", { weight: NaN }, "invalid", "weight", "weight NaN is not"],
      ["a", { weight: 2 ** 31 }, "invalid", "weight", "weight 2147483648 is not"],
    ] as const,
  )("refuses %s %j", (id, change, kind, field, message) => {
    expect(refusal(() => changeServer(MEMBERS, id, change, NOW))).toEqual([
      kind,
      field,
      expect.stringContaining(message),
    ]);
  });

  test("refuses to take the last server that takes keys out of the ring, and changes nothing then", () => {
    const ejected = changeServer(MEMBERS, "a", { state: "ejected" }, NOW);
    expect(refusal(() => changeServer(ejected, "b", { weight: 3, state: "draining" }, NOW))).toEqual([
      "conflict",
      "state",
      'server "b" is the last one that takes keys',
    ]);
    expect(entries(ejected)).toEqual(entries(MEMBERS));
  });

  test("takes servers for what they are called, whatever objects are called", () => {
    const odd: Members = {
      servers: poolOf(["10.0.0.1:1:1 constructor", "10.0.0.2:1:1 __proto__"]).servers,
      states: {},
    };
    const ejected = changeServer(odd, "__proto__", { state: "ejected" }, NOW);
    expect(refusal(() => changeServer(ejected, "constructor", { state: "ejected" }, NOW))[0]).toBe(
      "conflict",
    );
    expect(changeServer(ejected, "__proto__", { state: "live" }, NOW)).toEqual(odd);
  });
});

describe("effectiveServers", () => {
  const changed = addServer(MEMBERS, "10.0.0.3:6379:1 c");
  const override = withMembers({}, POOL, changed).cache!;

  test("gives the file's servers without an override, and the override's with one", () => {
    expect(effectiveServers(POOL, undefined)).toEqual({ ...MEMBERS, overridden: false, dropped: false });
    expect(effectiveServers(POOL, override)).toEqual({ ...changed, overridden: true, dropped: false });
  });

  test("keeps to the override when the file only puts its servers in another order", () => {
    const turned = poolOf(["10.0.0.2:6379:2 b", "10.0.0.1:6379:1 a"]);
    expect(effectiveServers(turned, override).overridden).toBe(true);
  });

  test.each([
    [["10.0.0.1:6379:1 a"]],
    [["10.0.0.1:6379:1 a", "10.0.0.2:6379:3 b"]],
    [["10.0.0.1:6379:1 a", "10.0.0.2:6380:2 b"]],
    [["10.0.0.1:6379:1 a", "10.0.0.2:6379:2 B"]],
    [["10.0.0.1:6379:1 a", "10.0.0.2:6379:2 b", "10.0.0.3:6379:1 c"]],
  ])("drops the override when the file's servers are %j", (servers) => {
    const pool = poolOf(servers);
    expect(effectiveServers(pool, override)).toEqual({
      servers: pool.servers,
      states: {},
      overridden: false,
      dropped: true,
    });
  });
});

describe("withMembers", () => {
  test("forgets an override that says what the file says", () => {
    const added = withMembers({}, POOL, addServer(MEMBERS, "10.0.0.3:6379:1 c"));
    expect(Object.keys(added)).toEqual(["cache"]);
    expect(withMembers(added, POOL, removeServer(added.cache!, "c"))).toEqual({});
  });

  test("keeps an override that only ejects, and leaves other pools alone", () => {
    const other = poolOf(["10.0.0.9:1:1 x", "10.0.0.8:1:1 y"], "other");
    const both = withMembers(
      withMembers({}, POOL, changeServer(MEMBERS, "a", { state: "ejected" }, NOW)),
      other,
      removeServer({ servers: other.servers, states: {} }, "x"),
    );
    expect(Object.keys(both).toSorted()).toEqual(["cache", "other"]);
    expect(both.cache!.base).toBe(fingerprint(POOL.servers));
    expect(effectiveServers(POOL, both.cache).states).toEqual({ a: { state: "ejected", sinceMs: NOW } });
  });
});

describe("effectiveConfig", () => {
  const file = configOf({ cache: entries(MEMBERS), other: ["10.0.0.9:1:1 x"] });
  const [cache, other] = file.pools as [typeof POOL, typeof POOL];

  test("puts overrides that fit into the configuration, and names those that don't", () => {
    const members = changeServer(removeServer(MEMBERS, "b"), "a", { weight: 5 }, NOW);
    const fitting = withMembers({}, cache, members);
    const membership = {
      ...fitting,
      other: { base: "of another file", servers: other.servers, states: {} },
      gone: { base: "of a pool that is no more", servers: other.servers, states: {} },
    };
    const effective = effectiveConfig(file, membership);
    expect(effective.config.pools.map(({ servers }) => servers.map(formatServer))).toEqual([
      ["10.0.0.1:6379:5 a"],
      ["10.0.0.9:1:1 x"],
    ]);
    expect(effective.membership).toEqual(fitting);
    expect(effective.dropped.toSorted()).toEqual(["gone", "other"]);
    expect(file.pools[0]!.servers.length).toBe(2);
  });

  test("passes on what operators said about servers", () => {
    const membership = withMembers({}, cache, changeServer(MEMBERS, "b", { state: "draining" }, NOW));
    expect(effectiveConfig(file, membership).operators).toEqual({
      cache: { b: { state: "draining", sinceMs: NOW } },
      other: {},
    });
  });
});

test("describeStates says which states are different now", () => {
  const ejected = changeServer(MEMBERS, "a", { state: "ejected" }, NOW);
  const drained = changeServer(ejected, "a", { state: "draining" }, NOW);
  expect(describeStates("cache", MEMBERS, ejected)).toEqual(['pool "cache": server "a": live -> ejected']);
  expect(describeStates("cache", ejected, drained)).toEqual([
    'pool "cache": server "a": ejected -> draining',
  ]);
  expect(describeStates("cache", drained, drained)).toEqual([]);
  expect(describeStates("cache", drained, MEMBERS)).toEqual(['pool "cache": server "a": draining -> live']);
});
