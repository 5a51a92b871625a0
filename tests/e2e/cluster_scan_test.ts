/** SCAN through a cluster whose slots move: what is there throughout is found. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { RawClient } from "../support/raw_client.ts";
import { Random } from "../support/seed.ts";
import { reasonToSkip } from "../support/programs.ts";
import { Clustered, keyIn } from "./clustered.ts";

const STARTING_MS = 40_000;
/** Slots that move, with many keys each, among others that stay. */
const MOVING = [10, 6000, 12_000, 16_000];
const KEYS_PER_SLOT = 150;
const STAYING = 2000;
const LOOPS = 12;
const MOVES_PER_LOOP = 3;

async function scan(client: RawClient, count: number): Promise<{ keys: Set<string>; pages: number }> {
  const keys = new Set<string>();
  let cursor = "0";
  let pages = 0;
  do {
    const reply = await client.command("SCAN", cursor, "COUNT", String(count));
    if (!Array.isArray(reply)) throw new Error(`SCAN ${cursor}: ${Bun.inspect(reply)}`);
    const [next, page] = reply as [string, string[]];
    expect(Number(next)).toBeLessThan(2 ** 53);
    for (const key of page) keys.add(key);
    cursor = next;
    pages++;
  } while (cursor !== "0");
  return { keys, pages };
}

describe.skipIf(reasonToSkip("redis-server") !== null)("SCAN in a cluster", () => {
  let setup: Clustered;
  const all = [
    ...MOVING.flatMap((slot) => Array.from({ length: KEYS_PER_SLOT }, (_, i) => keyIn(slot, `:${i}`))),
    ...Array.from({ length: STAYING }, (_, i) => `staying:${i}`),
  ];
  beforeAll(async () => {
    setup = await Clustered.start({ primaries: 3, empty: 1, workers: 2 });
    using client = await setup.connect();
    for (const key of all) client.send("SET", key, "1");
    await client.readReplies(all.length);
  }, STARTING_MS);
  afterAll(() => setup[Symbol.asyncDispose]());

  test("gives every key when nothing moves", async () => {
    using client = await setup.connect();
    const { keys } = await scan(client, 100);
    expect([...keys].sort()).toEqual([...all].sort());
  });

  test("misses none while slots move both ways, over any connection", async () => {
    const { cluster } = setup;
    const random = new Random("scan");
    for (let loop = 0; loop < LOOPS; loop++) {
      using client = await setup.connect();
      const scanning = scan(client, random.pick([20, 100, 500]));
      for (let move = 0; move < MOVES_PER_LOOP; move++) {
        const slot = random.pick(MOVING);
        const to = random.pick(cluster.nodes.filter((node) => node !== cluster.ownerOf(slot)));
        await cluster.openSlot(slot, to);
        // In parts, so that a scan meets a slot that is on two nodes.
        for (let part = 0; part < 4; part++) await cluster.moveKeys(slot, to, Math.ceil(KEYS_PER_SLOT / 5));
        await cluster.moveSlotOn(slot, to);
      }
      const { keys } = await scanning;
      expect(all.filter((key) => !keys.has(key))).toEqual([]);
    }
  }, 60_000);
});
