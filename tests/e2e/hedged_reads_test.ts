/** Hedged reads: a member that takes long is not waited for, and the share of second requests is bounded. */
import { describe, expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { reasonToSkip } from "../support/programs.ts";
import { untilQuiet } from "../support/quiet.ts";
import type { RawClient } from "../support/raw_client.ts";
import { pipeline } from "../support/resp_encoder.ts";
import { callsOf, ReplicaFleet } from "./replica_fleet.ts";

const KEYS = Array.from({ length: 100 }, (_, i) => `k${i}`);
const GETS = pipeline(KEYS.map((key) => ["GET", key]));
/** Nothing but a hedge helps before that. */
const OPTIONS = { timeout: 60_000 };

async function fill(groups: ReplicaFleet, client: RawClient): Promise<void> {
  for (const key of KEYS) await client.command("SET", key, key);
  await groups.untilReadThere(() => {
    client.write(GETS);
    return client.readReplies(KEYS.length);
  });
}

/** Reads until it is known how long reads take: what is asked then is hedged. */
async function learn(client: RawClient): Promise<void> {
  const untilMs = performance.now() + 2500;
  await eventually("it has seen enough", async () => {
    client.write(GETS);
    expect(await client.readReplies(KEYS.length)).toEqual(KEYS);
    return performance.now() > untilMs;
  });
}

describe.skipIf(reasonToSkip("redis-server") !== null)("Hedged reads", () => {
  test.each([
    { readFrom: "replica", replicas: 2 },
    { readFrom: "nearest", replicas: 1 },
  ])("of a replica that hangs are answered by another member ($readFrom)", async ({ readFrom, replicas }) => {
    const options = { ...OPTIONS, read_from: readFrom, hedge: { share: "100" } };
    await using groups = await ReplicaFleet.start(1, { replicas, options });
    const { fleet } = groups;
    using client = await fleet.connect();
    await fill(groups, client);
    await learn(client);
    const frozen = groups.replicas[0]![0]!;
    await frozen.freeze();
    client.write(GETS);
    expect(await client.readReplies(KEYS.length)).toEqual(KEYS);
    // It has not been given up by now.
    expect(fleet.logged("replica.unfit")).toEqual([]);
    expect(await groups.figure("hedged_reads")).toBeGreaterThan(10);
    expect(await groups.figure("hedges_won")).toBeGreaterThan(10);
    frozen.thaw();
    client.write(GETS);
    expect(await client.readReplies(KEYS.length)).toEqual(KEYS);
    client.close();
    await untilQuiet(fleet.proxy);
  }, 60_000);

  test("are a bounded share of all reads", async () => {
    await using groups = await ReplicaFleet.start(1, { replicas: 2, options: { ...OPTIONS, hedge: true } });
    using client = await groups.fleet.connect();
    await fill(groups, client);
    await learn(client);
    const reads = async () => await groups.figure("replica_reads") + await groups.figure("fresh_reads");
    for (let i = 0; i < 5; i++) {
      await groups.all[0]!.freeze();
      client.write(GETS);
      // What is beyond the share waits.
      await client.readReply();
      groups.all[0]!.thaw();
      await client.readReplies(KEYS.length - 1);
    }
    const hedged = await groups.figure("hedged_reads");
    expect(hedged).toBeGreaterThan(0);
    expect(hedged).toBeLessThanOrEqual(await reads() * 0.05);
  }, 60_000);

  test("of several keys are not asked twice", async () => {
    await using groups = await ReplicaFleet.start(1, {
      replicas: 1,
      options: { ...OPTIONS, hedge: { share: "100" } },
    });
    using client = await groups.fleet.connect();
    await fill(groups, client);
    await learn(client);
    await groups.all[0]!.freeze();
    client.send("MGET", ...KEYS);
    await eventually("the replica is given up", () => groups.fleet.logged("replica.unfit").length === 1);
    expect(await client.readReply()).toEqual(KEYS);
    expect((await callsOf(groups.fleet.servers[0]!))["mget"]).toBe(1);
  }, 60_000);
});
