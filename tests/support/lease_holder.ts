/**
 * A process of its own that takes part in a coordination store: `lease` puts a key under a lease, `lead` is a
 * candidate. It says what becomes of it, a word per line, and goes on until it is killed.
 *
 * Run: bun lease_holder.ts STORE lease|lead KEY TTL_MS
 */
import { writeSync } from "node:fs";
import { campaign, openStore, parseStorePlace } from "../../src/coordination/mod.ts";

const [place, role, key, ttlMs] = process.argv.slice(2) as [string, string, string, string];
const store = openStore(parseStorePlace(place), { user: null, password: null, tls: null });
const say = (word: string) => void writeSync(1, `${word}\n`);

if (role === "lease") {
  const lease = await store.lease(Number(ttlMs));
  lease.lost.addEventListener("abort", () => say("lost"));
  await store.commit([], [{ put: key, value: String(process.pid), lease }]);
  say("held");
} else {
  const signal = new AbortController().signal;
  const leadership = await campaign(store, { key, name: String(process.pid), ttlMs: Number(ttlMs), signal });
  leadership.lost.addEventListener("abort", () => say("lost"));
  say(`epoch=${leadership.fence.epoch}`);
}
setInterval(() => {}, 60_000);
