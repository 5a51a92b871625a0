/** Any sequence of operators' changes leaves a pool that can serve, and a store from which it comes back the same. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { formatAddress, loadConfig, type PoolConfig } from "../../src/config/mod.ts";
import { ChangeRefused } from "../../src/control/instance.ts";
import { keySpaceMoved, keySpaceShares } from "../../src/control/topology/key_space.ts";
import {
  addServer,
  changeServer,
  effectiveServers,
  type Members,
  removeServer,
  withMembers,
} from "../../src/control/settings/membership.ts";
import { membershipDocument, readMembership } from "../../src/control/settings/membership_document.ts";
import { makeRouter, serversOf } from "../../src/control/worker/pool_parts.ts";
import { SEED } from "../support/seed.ts";

const POOL = loadConfig(
  JSON.stringify({
    cache: { listen: "127.0.0.1:1", redis: true, hash: "murmur", servers: ["h1:1:1 s1", "h2:1:2 s2"] },
  }),
  "test.yml",
).config!.pools[0]!;

const id = fc.integer({ min: 1, max: 6 }).map((n) => `s${n}`);
const change = fc.oneof(
  fc.record({
    kind: fc.constant("add" as const),
    id,
    host: fc.integer({ min: 1, max: 7 }),
    weight: fc.integer({ min: 0, max: 4 }),
  }),
  fc.record({ kind: fc.constant("remove" as const), id }),
  fc.record({
    kind: fc.constant("change" as const),
    id,
    change: fc.record({
      weight: fc.integer({ min: 0, max: 5 }),
      state: fc.constantFrom("live" as const, "ejected" as const, "draining" as const),
    }, { requiredKeys: [] }),
  }),
);
type Change = typeof change extends fc.Arbitrary<infer C> ? C : never;

function apply(members: Members, each: Change): Members {
  if (each.kind === "add") return addServer(members, `h${each.host}:1:${each.weight} ${each.id}`);
  if (each.kind === "remove") return removeServer(members, each.id);
  return changeServer(members, each.id, each.change, 1_700_000_000_000);
}

/** The pool's keys with these members. */
function keySpace(members: Members) {
  const pool: PoolConfig = { ...POOL, servers: [...members.servers] };
  const servers = serversOf(pool);
  const live = servers.map(({ name }) => members.states[name] === undefined);
  return { servers, router: makeRouter(pool, { live, epoch: 0, cluster: null }) };
}

function checkServes({ servers, states }: Members): void {
  const names = servers.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(servers.map(({ address }) => formatAddress(address))).size).toBe(names.length);
  expect(servers.every(({ weight }) => weight >= 1)).toBe(true);
  expect(Object.keys(states).every((name) => names.includes(name))).toBe(true);
  expect(names.some((name) => !(name in states))).toBe(true);
}

test("changes are refused, or leave a pool that serves and comes back from the store as it was", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 25 }), (changes) => {
      let membership = {};
      for (const each of changes) {
        const before = effectiveServers(POOL, readMembership(membershipDocument(membership)).cache);
        const snapshot = JSON.stringify(before);
        try {
          const members = apply(before, each);
          checkServes(members);
          membership = withMembers(membership, POOL, members);
          const again = effectiveServers(POOL, readMembership(membershipDocument(membership)).cache);
          expect(new Set(again.servers)).toEqual(new Set(members.servers));
          expect(again.states).toEqual(members.states);
        } catch (error) {
          if (!(error instanceof ChangeRefused)) throw error;
        }
        expect(JSON.stringify(before)).toBe(snapshot);
      }
    }),
    { seed: SEED },
  );
});

test("the share that moves is a distance: 0 to itself, the same both ways, never longer by a detour", () => {
  const members = fc.array(change, { maxLength: 8 }).map((changes) => {
    let current: Members = { servers: POOL.servers, states: {} };
    for (const each of changes) {
      try {
        current = apply(current, each);
      } catch (error) {
        if (!(error instanceof ChangeRefused)) throw error;
      }
    }
    return keySpace(current);
  });
  fc.assert(
    fc.property(members, members, members, (a, b, c) => {
      expect(keySpaceMoved(a, a)).toBe(0);
      expect(keySpaceMoved(a, b)).toBe(keySpaceMoved(b, a));
      expect(keySpaceMoved(a, c)).toBeLessThanOrEqual(keySpaceMoved(a, b) + keySpaceMoved(b, c));
      expect(keySpaceShares(a).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
    }),
    { seed: SEED, numRuns: 25 },
  );
});
