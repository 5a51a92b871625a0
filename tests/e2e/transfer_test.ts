/**
 * A follower and a copier bring a server in step with one that is written to all the time: whenever writers are held,
 * both have the same keys.
 */
import { describe, expect, test } from "bun:test";
import { FencedWriter, raiseFence, Transfer, type TransferOptions } from "../../src/copying/mod.ts";
import { eventually } from "../support/eventually.ts";
import { reasonToSkip } from "../support/programs.ts";
import { RedisServer } from "../support/redis_server.ts";
import { addressOf, connectTo, Ending, expectSame } from "./copying.ts";
import { Workload } from "./copying_workload.ts";

const FENCE = { generation: 1, epoch: 3 };

/** A transfer of everything between two servers. */
function startTransfer(
  source: RedisServer,
  target: RedisServer,
  signal: AbortSignal,
  options: Partial<TransferOptions> = {},
): Promise<Transfer> {
  return Transfer.start({
    source: addressOf(source),
    openTarget: async () => {
      const connection = await connectTo(target, signal);
      await raiseFence(connection, FENCE);
      return new FencedWriter(connection, FENCE);
    },
    bucketOf: () => 0,
    limits: { keys: 100_000, bytes: 10_000_000 },
    pace: { bytesPerSecond: null, latencyMs: null },
    dumpMax: 8 * 1024 * 1024,
    chunkBytes: 1024 * 1024,
    signal,
    ...options,
  });
}

describe.skipIf(reasonToSkip("redis-server") !== null)("Transfer", () => {
  const rounds: [title: string, options: Partial<TransferOptions>][] = [
    ["whole values", {}],
    ["values in pieces", { dumpMax: 700, chunkBytes: 256 }],
    ["scans, as more turns dirty than it remembers", { limits: { keys: 40, bytes: 10_000 } }],
  ];

  test.each(rounds)("keeps a server in step with one that is written to, by %s", async (_, options) => {
    using ending = new Ending();
    const [source, target] = await RedisServer.startMany(2);
    await using _source = source!;
    await using _target = target!;
    await target!.command("SET", "left behind", "by an earlier attempt");
    let transfer: Transfer | null = null;
    const workload = await Workload.start(source!, 6, ending.signal, (key) => transfer?.follower.report(key));
    await eventually("there is something to copy", () => workload.done > 3000);
    transfer = await startTransfer(source!, target!, ending.signal, options);
    await transfer.copyAll();
    for (let round = 0; round < 3; round++) {
      const from = workload.done;
      await eventually("they write on", () => workload.done > from + 500);
      await transfer.catchUp(20, 1);
      await workload.hold();
      await transfer.settle();
      // Large streams are not copied in pieces: what there is of them is taken away from both.
      const streams = transfer.uncopied.filter(({ what }) => what.startsWith("stream"));
      expect(transfer.uncopied.length).toBe(streams.length);
      for (const { database, key } of streams) await forget([source!, target!], database, key);
      expect(await expectSame(source!, target!, ending.signal)).toBeGreaterThan(50);
      workload.resume();
    }
    await workload.stop();
    for (const name of ["XREADGROUP", "EVAL", "EXEC", "RENAME", "SPOP"]) {
      expect(workload.counts.get(name)).toBeGreaterThan(0);
    }
    transfer.close();
  }, 60_000);

  async function forget(servers: readonly RedisServer[], database: number, key: Buffer): Promise<void> {
    using ending = new Ending();
    for (const server of servers) {
      const connection = await connectTo(server, ending.signal);
      await connection.select(database);
      await connection.call("DEL", key);
      connection.close();
    }
  }
});
