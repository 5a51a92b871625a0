import { describe, expect, test } from "bun:test";
import type { HashName } from "../../../../src/hash/mod.ts";
import { continuum } from "../../../../src/routing/ring/continuum.ts";
import { orderServers } from "../../../../src/routing/ring/order_servers.ts";
import { createRing, type Distribution, type RingOptions } from "../../../../src/routing/ring/ring.ts";
import type { RingServer } from "../../../../src/routing/ring/ring_server.ts";
import { NO_SERVER } from "../../../../src/routing/router.ts";

const KEYS = ["foo", "bar", "apple", "key-1", "key-2", "kkk-3", "user:1000", "{user1}:ids"];

const equal = (...names: string[]): RingServer[] => orderServers(names.map((name) => ({ name, weight: 1 })));
const WEIGHTED = ["s1", "s2", "s3"].map((name, i) => ({ name, weight: i + 1 }));

/** Where keys go, as the last sign of each server's name. */
function route(options: Omit<RingOptions, "epoch">, keys = KEYS): string {
  const router = createRing({ ...options, epoch: 0 });
  return keys.map((key) => {
    const bytes = new TextEncoder().encode(key);
    return options.servers[router.route(bytes, 0, bytes.length)]!.name.at(-1);
  }).join(" ");
}

test.each<[Distribution, HashName, string, RingServer[], string]>([
  ["ketama", "fnv1a_64", "four equal", equal("server1", "server2", "server3", "server4"), "1 4 1 3 3 3 1 4"],
  ["ketama", "md5", "four equal", equal("server1", "server2", "server3", "server4"), "2 3 1 3 1 3 2 2"],
  [
    "ketama",
    "fnv1a_64",
    "unnamed",
    equal("127.0.0.1:6380", "127.0.0.1:6381", "127.0.0.1:6382"),
    "1 2 1 2 2 2 2 0",
  ],
  ["ketama", "fnv1a_64", "weighted", WEIGHTED, "3 3 3 1 1 1 3 3"],
  ["ketama", "fnv1a_64", "portless", equal("10.0.0.1", "10.0.0.2"), "2 1 2 1 1 2 1 1"],
  ["modula", "fnv1a_64", "weighted", WEIGHTED, "3 3 3 2 3 3 3 3"],
])("createRing gives nutcracker's %s of %s when servers are %s", (distribution, hash, _, servers, owners) => {
  expect(route({ distribution, hash, servers })).toBe(owners);
});

describe("modula", () => {
  const servers = [{ name: "a", weight: 2 }, { name: "b", weight: 1 }, { name: "c", weight: 3 }];
  /** crc32a of each, modulo 6, covers every slot. */
  const keys = Array.from({ length: 50 }, (_, i) => `k${i}`);
  const slots = "aabccc";

  test("puts a key in the slot its hash leaves when weights are runs of slots", () => {
    const expected = keys.map((key) => slots[Bun.hash.crc32(key) % 6]).join(" ");
    expect(route({ distribution: "modula", hash: "crc32a", servers }, keys)).toBe(expected);
  });

  test("leaves the slots of the ejected out when a server is not live", () => {
    const expected = keys.map((key) => "aaccc"[Bun.hash.crc32(key) % 5]).join(" ");
    const live = [true, false, true];
    expect(route({ distribution: "modula", hash: "crc32a", servers, live }, keys)).toBe(expected);
  });

  test("follows the weights when they are as large as a configuration allows", () => {
    const heavy = [2 ** 31 - 1, 2 ** 31 - 1].map((weight, i) => ({ name: "ab"[i]!, weight }));
    const total = 2 ** 32 - 2;
    const expected = keys.map((key) => (Bun.hash.crc32(key) % total < total / 2 ? "a" : "b")).join(" ");
    expect(route({ distribution: "modula", hash: "crc32a", servers: heavy }, keys)).toBe(expected);
  });
});

describe("ketama", () => {
  test("moves only the ejected server's keys when weights are equal", () => {
    const servers = equal("server1", "server2", "server3", "server4");
    const keys = Array.from({ length: 1000 }, (_, i) => `user:${i}`);
    const all = route({ distribution: "ketama", hash: "md5", servers }, keys).split(" ");
    const live = [true, false, true, true];
    const left = route({ distribution: "ketama", hash: "md5", servers, live }, keys).split(" ");
    expect(all).toContain("2");
    expect(left).not.toContain("2");
    expect(left.filter((owner, i) => owner !== all[i] && all[i] !== "2")).toEqual([]);
  });

  test("moves other keys too when weights are unequal, since shares are of the live total", () => {
    const keys = Array.from({ length: 1000 }, (_, i) => `user:${i}`);
    const all = route({ distribution: "ketama", hash: "md5", servers: WEIGHTED }, keys).split(" ");
    const live = [true, true, false];
    const left = route({ distribution: "ketama", hash: "md5", servers: WEIGHTED, live }, keys).split(" ");
    expect(left.filter((owner, i) => owner !== all[i] && all[i] !== "3").length).toBeGreaterThan(0);
  });
});

describe("random", () => {
  test("draws among live servers alone when some are ejected, whatever their weights", () => {
    const asked: number[] = [];
    const draws = [2, 0, 1, 1, 2];
    const router = createRing({
      distribution: "random",
      hash: "md5",
      servers: [1, 9, 1, 1].map((weight, i) => ({ name: `${i}`, weight })),
      live: [true, false, true, true],
      epoch: 0,
      random: (n) => draws[asked.push(n) - 1]!,
    });
    expect(draws.map(() => router.route(new Uint8Array(1), 0, 1))).toEqual([3, 0, 2, 2, 3]);
    expect(asked).toEqual([3, 3, 3, 3, 3]);
  });

  test("is refused when there is no source to draw from", () => {
    expect(() => createRing({ distribution: "random", hash: "md5", servers: WEIGHTED, epoch: 0 })).toThrow(
      TypeError,
    );
  });
});

test.each(["ketama", "modula", "random"] as const)(
  "createRing of %s routes all to the one server when it is live",
  (distribution) => {
    const options: RingOptions = {
      distribution,
      hash: "md5",
      servers: equal("only"),
      epoch: 3,
      random: () => 0,
    };
    // No key is hashed: the range is not even looked at.
    expect(createRing(options).route(new Uint8Array(0), 0, 5)).toBe(0);
    expect(createRing({ ...options, live: [false] }).route(new Uint8Array(0), 0, 5)).toBe(NO_SERVER);
  },
);

test("createRing throws when the hash tag isn't two bytes", () => {
  expect(() => createRing({ distribution: "ketama", hash: "md5", hashTag: "{", servers: WEIGHTED, epoch: 0 }))
    .toThrow(RangeError);
});

describe("explain", () => {
  const explain = (distribution: Distribution, servers: RingServer[], key: string, hashTag = "{}") => {
    const router = createRing({ distribution, hash: "crc32a", hashTag, servers, epoch: 0 });
    const bytes = new TextEncoder().encode(key);
    return { ...router.explain(bytes, 0, bytes.length), owner: router.route(bytes, 0, bytes.length) };
  };

  test("names the tag, its hash and the slot it leaves when the distribution is modula", () => {
    const servers = [{ name: "a", weight: 2 }, { name: "b", weight: 1 }];
    const hash = Bun.hash.crc32("7");
    expect(explain("modula", servers, "user:{7}:x")).toMatchObject({
      start: 6,
      end: 7,
      hash,
      point: hash % 3,
    });
  });

  test("names the first point at or behind the hash, which is the owner's, when the distribution is ketama", () => {
    const servers = orderServers(WEIGHTED);
    const points = continuum(servers.map((server, index) => ({ ...server, index })));
    for (let i = 0; i < 500; i++) {
      const { hash, point, owner } = explain("ketama", servers, `key-${i}`);
      const expected = points.find(({ value }) => value >= hash!) ?? points[0]!;
      expect({ point, owner }).toEqual({ point: expected.value, owner: expected.owner });
    }
  });

  test("names nothing when no key is hashed", () => {
    expect(explain("ketama", [{ name: "a", weight: 1 }], "k")).toMatchObject({
      start: 0,
      end: 0,
      hash: null,
      point: null,
    });
  });
});
