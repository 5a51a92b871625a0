/**
 * What it costs to find a command's entry from its name in a request.
 * Run: node_modules/.bin/bun --no-install run bench/command_lookup.ts
 */
import { TABLE } from "../src/protocol/redis/catalogue.ts";

const NAMES = ["GET", "get", "SET", "DEL", "MGET", "EXPIRE", "HGETALL", "ZRANGEBYSCORE", "NOSUCH"];
const CALLS = 2_000_000;
const ROUNDS = 7;

for (const name of NAMES) {
  const request = Buffer.from(`*2\r\n$${name.length}\r\n${name}\r\n$3\r\nkey\r\n`);
  const start = request.indexOf(name);
  let best = Infinity;
  let found = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const before = Bun.nanoseconds();
    for (let i = 0; i < CALLS; i++) if (TABLE.find(request, start, start + name.length) !== null) found++;
    best = Math.min(best, (Bun.nanoseconds() - before) / CALLS);
  }
  console.log(`${name.padEnd(16)} ${best.toFixed(1).padStart(6)} ns  ${found === 0 ? "unknown" : "found"}`);
}
