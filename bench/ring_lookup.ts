/**
 * What it costs to find a key's server: by distribution and number of servers with one hash, then by hash.
 *
 * Run: node_modules/.bin/bun --no-install run bench/ring_lookup.ts
 */
import { HASHES, type HashName } from "../src/hash/mod.ts";
import { ClusterRouter } from "../src/routing/cluster/cluster_router.ts";
import { SLOTS } from "../src/routing/cluster/slot.ts";
import { createRing, type Distribution, DISTRIBUTIONS } from "../src/routing/ring/ring.ts";
import type { Router } from "../src/routing/router.ts";

const SERVER_COUNTS = [4, 100];
const KEY_COUNT = 4096;
const ROUNDS = 200;

const { bytes, ends } = makeKeys();
let sink = 0;

console.log(`ns per lookup, best of ${ROUNDS} rounds over ${KEY_COUNT} keys of about 12 bytes`);
console.log("".padEnd(24) + SERVER_COUNTS.map((count) => `${count} servers`.padStart(14)).join(""));
for (const distribution of DISTRIBUTIONS) report(distribution, "fnv1a_64");
for (const hash of Object.keys(HASHES) as HashName[]) report("ketama", hash);
report("ketama", "fnv1a_64", "{}");
reportCluster();
// The results are used, so that no engine may leave the lookups out.
console.log(`checksum ${sink}`);

function report(distribution: Distribution, hash: HashName, hashTag: string | null = null): void {
  const costs = SERVER_COUNTS.map((count) =>
    nanosecondsPerLookup(makeRouter(distribution, hash, hashTag, count))
  );
  const title = `${distribution} ${hash} ${hashTag ?? ""}`.padEnd(24);
  console.log(title + costs.map((cost) => cost.toFixed(1).padStart(14)).join(""));
}

function reportCluster(): void {
  const costs = SERVER_COUNTS.map((count) => nanosecondsPerLookup(makeCluster(count)));
  console.log("cluster".padEnd(24) + costs.map((cost) => cost.toFixed(1).padStart(14)).join(""));
}

function makeCluster(count: number): Router {
  const share = Math.floor(SLOTS / count);
  return new ClusterRouter(
    Array.from({ length: count }, (_, i) => [i * share, (i + 1) * share - 1, i]).flat(),
    0,
  );
}

function makeRouter(
  distribution: Distribution,
  hash: HashName,
  hashTag: string | null,
  count: number,
): Router {
  const servers = Array.from({ length: count }, (_, i) => ({ name: `10.0.0.${i}:6379`, weight: 1 }));
  let draws = 0;
  return createRing({ distribution, hash, hashTag, servers, epoch: 0, random: (n) => draws++ % n });
}

function nanosecondsPerLookup(router: Router): number {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const began = Bun.nanoseconds();
    for (let i = 0, start = 0; i < KEY_COUNT; i++) {
      sink += router.route(bytes, start, ends[i]!);
      start = ends[i]!;
    }
    best = Math.min(best, (Bun.nanoseconds() - began) / KEY_COUNT);
  }
  return best;
}

/** Keys as applications name them, side by side. */
function makeKeys(): { bytes: Uint8Array; ends: Int32Array } {
  const keys = Array.from({ length: KEY_COUNT }, (_, i) => `user:{${(i * 7919) % 100000}}`);
  let end = 0;
  return {
    bytes: new TextEncoder().encode(keys.join("")),
    ends: Int32Array.from(keys, (key) => end += key.length),
  };
}
