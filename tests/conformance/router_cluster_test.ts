import { expect, test } from "bun:test";
import { ClusterRouter } from "../../src/routing/cluster/cluster_router.ts";
import { SLOTS } from "../../src/routing/cluster/slot.ts";
import { slotMapOf } from "../../src/routing/cluster/slot_map.ts";
import { routerConformance } from "./router_conformance.ts";

/** The slots dealt out in turn to those that are live. */
function dealt(live: readonly boolean[]): readonly number[] {
  const takers = live.flatMap((isLive, index) => isLive ? [index] : []);
  if (takers.length === 0) return [];
  return slotMapOf(Uint16Array.from({ length: SLOTS }, (_, slot) => takers[slot % takers.length]!));
}

routerConformance("cluster", {
  keyed: true,
  serverCount: 5,
  make: (live, epoch) => new ClusterRouter(dealt(live), epoch),
});

test("a cluster's units are its slots, whose owners are those of their keys", () => {
  const router = new ClusterRouter([0, 8191, 1, 8192, 12_181, 0], 0);
  const key = Buffer.from("{hello}.x");
  expect(router.unitOf(key, 0, key.length)).toBe(866);
  expect(router.ownerOf(866)).toBe(1);
  expect(router.route(key, 0, key.length)).toBe(1);
  const unowned = Buffer.from("foo");
  expect(router.unitOf(unowned, 0, 3)).toBe(12_182);
  expect(router.ownerOf(12_182)).toBe(-1);
  expect(router.explain(key, 0, key.length)).toEqual({ start: 1, end: 6, hash: 50_018, point: 866 });
});
