/** A primary that dies under load: the cluster replaces it, and clients hear of it only what nobody can know. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { RespError } from "../support/resp.ts";
import { reasonToSkip } from "../support/programs.ts";
import { Clustered, keyIn } from "./clustered.ts";

const STARTING_MS = 60_000;
const CLIENTS = 6;
const KEYS = 30;

/** What happened to one client's requests. */
interface Diary {
  replies: number;
  /** Errors to writes, which may have been done. */
  readonly writes: string[];
  /** Errors to reads. */
  readonly reads: string[];
}

/** Asks one thing after the other until it is told to stop. */
async function ask(setup: Clustered, name: string, diary: Diary, isOn: () => boolean): Promise<void> {
  using client = await setup.connect();
  client.deadlineMs = 30_000;
  for (let i = 0; isOn(); i++) {
    const key = keyIn(Math.floor((i % KEYS) * 16_384 / KEYS), name);
    const words = i % 2 === 0 ? ["INCR", key] : ["GET", key];
    const reply = await client.command(...words);
    diary.replies++;
    if (!(reply instanceof RespError)) continue;
    (words[0] === "GET" ? diary.reads : diary.writes).push(`${words.join(" ")}: ${reply.message}`);
  }
}

describe.skipIf(reasonToSkip("redis-server") !== null)("a primary that is killed under load", () => {
  let setup: Clustered;
  beforeAll(async () => {
    setup = await Clustered.start({
      primaries: 3,
      replicas: 1,
      nodeTimeoutMs: 500,
      workers: 2,
      options: { timeout: 20_000 },
    });
  }, STARTING_MS);
  afterAll(() => setup[Symbol.asyncDispose]());

  test("costs each client the write that was under way at most; all else waits for its replica", async () => {
    const { cluster } = setup;
    const diaries = Array.from({ length: CLIENTS }, (): Diary => ({ replies: 0, writes: [], reads: [] }));
    let isOn = true;
    const clients = diaries.map((diary, i) => ask(setup, `c${i}`, diary, () => isOn));
    const allGoOn = async (what: string) => {
      const before = diaries.map(({ replies }) => replies);
      const isSo = () => diaries.every(({ replies }, i) => replies > before[i]! + 2 * KEYS);
      await eventually(what, isSo, { timeoutMs: 20_000 });
    };
    await allGoOn("all clients are served");
    await cluster.nodes[0]!.kill();
    await cluster.untilPrimary(cluster.nodes[3]!);
    await allGoOn("all clients are served again");
    isOn = false;
    await Promise.all(clients);
    expect(diaries.flatMap(({ reads }) => reads)).toEqual([]);
    for (const { writes } of diaries) expect(writes.length).toBeLessThanOrEqual(1);
  }, 60_000);

  test("comes back as a replica, and is no primary for the proxy", async () => {
    await setup.cluster.nodes[0]!.restart();
    await eventually(
      "it is a replica",
      async () => (await setup.cluster.nodes[0]!.command("ROLE") as unknown[])[0] === "slave",
    );
    using client = await setup.connect();
    for (let slot = 0; slot < 16_384; slot += 500) {
      expect(await client.command("SET", keyIn(slot, "after"), "1")).toBe("OK");
    }
  }, 30_000);
});
