/**
 * What one call of every hash costs, by key length.
 *
 * Run: node_modules/.bin/bun --no-install run bench/hash.ts
 */
import { HASHES, type HashFunction } from "../src/hash/mod.ts";

const KEY_LENGTHS = [8, 16, 40, 200];
const KEY_COUNT = 1024;
const ROUNDS = 300;

let sink = 0;

console.log(`ns per call, best of ${ROUNDS} rounds over ${KEY_COUNT} keys`);
console.log("hash".padEnd(16) + KEY_LENGTHS.map((length) => `${length} B`.padStart(9)).join(""));
for (const [name, hash] of Object.entries<HashFunction>(HASHES)) {
  const costs = KEY_LENGTHS.map((length) => nanosecondsPerCall(hash, length));
  console.log(name.padEnd(16) + costs.map((cost) => cost.toFixed(1).padStart(9)).join(""));
}
// The results are used, so that no engine may leave the calls out.
console.log(`checksum ${sink >>> 0}`);

function nanosecondsPerCall(hash: HashFunction, length: number): number {
  const keys = new Uint8Array(KEY_COUNT * length).map((_, i) => 33 + ((i * 2654435761) >>> 24) % 90);
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const began = Bun.nanoseconds();
    for (let at = 0; at < keys.length; at += length) sink = (sink + hash(keys, at, at + length)) | 0;
    best = Math.min(best, (Bun.nanoseconds() - began) / KEY_COUNT);
  }
  return best;
}
