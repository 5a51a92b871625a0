/**
 * Clients of a cluster that never holds still, against a naive twin of each client's keys: every write is done once, and
 * in the order in which its client asked, whatever the nodes refuse.
 */
import { expect, test } from "bun:test";
import { FakeCluster } from "../support/fake_cluster.ts";
import { freePort } from "../support/free_port.ts";
import { poolConfig } from "../support/pool_config.ts";
import type { ProxyProcess } from "../support/proxy_process.ts";
import { RespError, type RespValue } from "../support/resp.ts";
import { Random, SEED } from "../support/seed.ts";
import { startSennit } from "../support/sennit.ts";
import { keyIn, slotOfKey } from "./clustered.ts";

const NODES = 4;
const CLIENTS = 5;
const BURSTS = 50;
const DEPTH = 12;
const SLOTS = [3, 700, 5000, 11_111, 16_000];

/** A request, and what it does to the twin: its reply. */
interface Asked {
  readonly words: readonly string[];
  run(values: Map<string, string>): RespValue;
}

/** What a client may read in place of a reply, of a request that was not run. */
const REFUSAL = /^(CLUSTERDOWN|TRYAGAIN) /;

/** One client's work; answers what was not as it had to be, and how many requests were refused. */
async function work(proxy: ProxyProcess, name: string): Promise<Outcome> {
  using client = await proxy.connect();
  client.deadlineMs = 20_000;
  const random = new Random(`${SEED} ${name}`);
  const values = new Map<string, string>();
  const wrong: string[] = [];
  let refused = 0;
  for (let burst = 0; burst < BURSTS; burst++) {
    const asked: Asked[] = [];
    for (let i = random.integer(1, DEPTH); i > 0; i--) asked.push(...step(random, name, `${burst}.${i};`));
    for (const { words } of asked) client.send(...words);
    // Requests are run in the order they were asked, so that the twin runs them as their replies come.
    for (const { words, run } of asked) {
      const reply = await client.readReply();
      if (reply instanceof RespError && REFUSAL.test(reply.message)) {
        refused++;
        continue;
      }
      const shown = reply instanceof RespError ? reply.message : reply;
      const expected = run(values);
      if (!Bun.deepEquals(shown, expected)) {
        wrong.push(`${words.join(" ")}: ${Bun.inspect(shown)} instead of ${Bun.inspect(expected)}`);
      }
    }
  }
  return { wrong, values, refused };
}

/** What came of a client's work. */
interface Outcome {
  readonly wrong: string[];
  readonly values: Map<string, string>;
  readonly refused: number;
}

/** The next requests; `mark` is found in no others. */
function step(random: Random, name: string, mark: string): Asked[] {
  const slot = random.pick(SLOTS);
  const key = keyIn(slot, `${name}:${random.integer(0, 2)}`);
  const twin = keyIn(slot, `${name}:x`);
  const append = (values: Map<string, string>): number => {
    values.set(key, (values.get(key) ?? "") + mark);
    return values.get(key)!.length;
  };
  switch (random.integer(0, 7)) {
    case 0:
      return [{ words: ["GET", key], run: (values) => values.get(key) ?? null }];
    case 1: {
      const keys = [key, twin, keyIn(random.pick(SLOTS), `${name}:1`)];
      return [{ words: ["MGET", ...keys], run: (values) => keys.map((each) => values.get(each) ?? null) }];
    }
    case 2: {
      const run = (values: Map<string, string>) => {
        values.set(key, mark).set(twin, mark);
        return "OK";
      };
      return [{ words: ["MSET", key, mark, twin, mark], run }];
    }
    case 3:
      return [
        { words: ["MULTI"], run: () => "OK" },
        { words: ["APPEND", key, mark], run: () => "QUEUED" },
        { words: ["GET", twin], run: () => "QUEUED" },
        { words: ["APPEND", key, mark], run: () => "QUEUED" },
        { words: ["EXEC"], run: (values) => [append(values), values.get(twin) ?? null, append(values)] },
      ];
    default:
      return [{ words: ["APPEND", key, mark], run: append }];
  }
}

test("writes are done once and in order while nodes refuse at random", async () => {
  for (const slot of SLOTS) expect(slotOfKey(keyIn(slot))).toBe(slot);
  const random = new Random("nodes");
  await using cluster = await FakeCluster.start(random, NODES, SLOTS);
  const options = { timeout: 15_000, cluster: { seeds: [cluster.nodes[0]!.address] } };
  const text = poolConfig({ listen: freePort(), servers: [], options });
  await using proxy = await startSennit(text);
  const results = await Promise.all(Array.from({ length: CLIENTS }, (_, i) => work(proxy, `c${i}`)));
  expect(results.flatMap(({ wrong }) => wrong)).toEqual([]);
  // A node was itself again between two requests of a pipeline.
  expect(Math.max(...results.map(({ refused }) => refused))).toBeLessThan(BURSTS / 4);
  for (const { values } of results) {
    for (const [key, value] of values) expect(cluster.valueOf(key)).toBe(value);
  }
  for (const kind of ["MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN"]) {
    expect(cluster.refusals[kind]).toBeGreaterThan(0);
  }
}, 60_000);
