/**
 * Clients that cache what they read are told of every change, whoever makes it, whatever comes first: over a network
 * that delays each connection as it likes, with connections that are cut. A value that stays out of date is a failure.
 */
import { describe, expect, test } from "bun:test";
import { DelayingRelay } from "../support/delaying_relay.ts";
import { eventually } from "../support/eventually.ts";
import { reasonToSkip } from "../support/programs.ts";
import { RedisServer } from "../support/redis_server.ts";
import { Random, SEED } from "../support/seed.ts";
import { CachingClient, type CachingMode } from "./caching_client.ts";
import { Fleet } from "./fleet.ts";

const MODES: readonly CachingMode[] = ["all", "all", "optin", "optout", "broadcast", "prefixes"];
const KEYS = ["{a}", "{b}", "{c}", "{d}"].flatMap((tag) => Array.from({ length: 4 }, (_, i) => `${tag}${i}`));
const ROUNDS = 12;
const STEPS = 120;

/** Cuts the connections on which the server tells of changes, or all that there are. */
async function cut(server: RedisServer, isAll: boolean): Promise<void> {
  const list = String(await server.command("CLIENT", "LIST"));
  for (const line of list.split("\n").filter((line) => isAll || / flags=\w*t/.test(line))) {
    await server.command("CLIENT", "KILL", "ID", /^id=(\d+)/.exec(line)?.[1] ?? "0");
  }
}

/** What a cache holds that is not so, compared with the server that has the key. */
async function stale(
  fleet: Fleet<RedisServer | DelayingRelay>,
  servers: RedisServer[],
  client: CachingClient,
) {
  const wrong: string[] = [];
  for (const [key, value] of client.cache) {
    const truth = await servers[fleet.ownerOf(key)]!.command("GET", key);
    if (truth !== value) wrong.push(`${key}: ${value}, not ${truth}`);
  }
  return wrong;
}

describe.skipIf(reasonToSkip("redis-server") !== null)("CLIENT TRACKING", () => {
  test.each([
    { servers: 3, workers: 1, faults: false },
    { servers: 2, workers: 2, faults: true },
  ])("tells of every change: %p", async ({ servers: count, workers, faults }) => {
    const random = new Random(`tracking ${faults}`);
    const servers = await RedisServer.startMany(count);
    const relays = await Promise.all(
      servers.map(({ endpoint }) => DelayingRelay.start(endpoint as number, random)),
    );
    await using fleet = await Fleet.start(relays, { options: { hash_tag: "{}" }, workers });
    await using _ = {
      [Symbol.asyncDispose]: async () => void await Promise.all(servers.map((s) => s.stop())),
    };
    const clients: CachingClient[] = [];
    for (const mode of MODES) clients.push(await CachingClient.start(await fleet.connect(), random, mode));
    const writer = await fleet.connect();
    let kept = 0;
    for (let round = 0; round < ROUNDS; round++) {
      for (let step = 0; step < STEPS; step++) {
        const client = random.pick(clients);
        for (let i = random.integer(1, 4); i > 0; i--) client.ask(KEYS);
        const key = random.pick(KEYS);
        const write = random.pick([
          ["SET", key, `${round}.${step}`],
          ["SET", key, `${round}.${step}`],
          ["DEL", key],
          ["PEXPIRE", key, String(random.integer(1, 20))],
          ["APPEND", key, "+"],
        ]);
        const chance = random.next();
        if (chance < 0.4) await writer.command(...write);
        else if (chance < 0.7) await servers[fleet.ownerOf(key)]!.command(...write);
        else random.pick(clients).write(write);
        if (chance > 0.995) await random.pick(servers).command("FLUSHALL");
        if (faults && chance > 0.98) await cut(random.pick(servers), chance > 0.993);
      }
      await eventually("all is answered", () => clients.every(({ pending }) => pending === 0));
      await eventually(`round ${round}: nothing out of date is kept; SEED=${SEED}`, async () => {
        const wrong = await Promise.all(clients.map((client) => stale(fleet, servers, client)));
        return wrong.flat().length === 0;
      });
      kept += clients.reduce((sum, { cache }) => sum + cache.size, 0);
    }
    // It was not by keeping nothing that nothing was out of date.
    expect(kept).toBeGreaterThan(ROUNDS * KEYS.length / 2);
    for (const client of clients) expect(client.told).toBeGreaterThan(ROUNDS);
    if (faults) expect(fleet.logged("tracking.gap").length).toBeGreaterThan(0);
    for (const client of clients) client.close();
    writer.close();
  }, 60_000);
});
