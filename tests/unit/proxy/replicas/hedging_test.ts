/** When a second member is asked, and how often. */
import { describe, expect, test } from "bun:test";
import { PoolCounters } from "../../../../src/proxy/pool_counters.ts";
import { Hedging } from "../../../../src/proxy/replicas/hedging.ts";
import type { ReplicaRead } from "../../../../src/proxy/replicas/replica_read.ts";
import { turn } from "../../../../src/transport/turn.ts";
import { eventually } from "../../../support/eventually.ts";

/** A read that nobody answers until it is hedged. */
class SlowRead {
  hedgeAtMs = Infinity;
  hedgedMs = 0;
  isWaiting = true;

  hedge(): boolean {
    this.hedgedMs = performance.now();
    this.isWaiting = false;
    return true;
  }
}

function asRead(read: SlowRead): ReplicaRead {
  return read as unknown as ReplicaRead;
}

/** A pool whose reads take between 1 and 100 ms, each as often as any other. */
function experienced(options: ConstructorParameters<typeof Hedging>[0]): [Hedging, PoolCounters] {
  const counters = new PoolCounters();
  const hedging = new Hedging(options, counters);
  for (let ms = 1; ms <= 100; ms++) for (let i = 0; i < 10; i++) hedging.answered(ms);
  hedging.tick(0);
  return [hedging, counters];
}

describe("Hedging", () => {
  test.each([["p90", 90], ["p95", 95], ["p99", 99]] as const)("waits for the pool's %s", (after, ms) => {
    const [hedging] = experienced({ after, sharePercent: 5 });
    expect(Math.abs(hedging.afterMs - ms) / ms).toBeLessThan(0.06);
  });

  test("asks nobody twice before enough is known", () => {
    const hedging = new Hedging({ after: "p95", sharePercent: 100 }, new PoolCounters());
    for (let i = 0; i < 99; i++) hedging.answered(1);
    hedging.tick(0);
    expect(hedging.afterMs).toBe(Infinity);
    const read = new SlowRead();
    hedging.add(asRead(read));
    expect(read.hedgeAtMs).toBe(Infinity);
  });

  test("follows the pool when that gets slower", () => {
    const [hedging] = experienced({ after: "p95", sharePercent: 5 });
    const before = hedging.afterMs;
    for (let second = 1; second <= 60; second++) {
      for (let i = 0; i < 100; i++) hedging.answered(400);
      hedging.tick(second * 1000);
    }
    expect([before < 110, hedging.afterMs > 370]).toEqual([true, true]);
  });

  test("hedges no more than the share, once what was saved up is gone, and none before its time", async () => {
    const [hedging, counters] = experienced({ after: "p90", sharePercent: 10 });
    turn.begin();
    const reads = Array.from({ length: 500 }, () => new SlowRead());
    for (const read of reads) hedging.add(asRead(read));
    await eventually(
      "all are due",
      () => counters.hedgedReads > 0 && performance.now() > reads[0]!.hedgeAtMs + 50,
    );
    expect(counters.hedgedReads).toBe(50);
    for (const { hedgedMs, hedgeAtMs } of reads) {
      if (hedgedMs > 0) expect(hedgedMs).toBeGreaterThanOrEqual(hedgeAtMs);
    }
    hedging.close();
  });

  test("asks nobody for what has been answered", async () => {
    const [hedging, counters] = experienced({ after: "p90", sharePercent: 100 });
    turn.begin();
    const [early, late] = [new SlowRead(), new SlowRead()];
    hedging.add(asRead(early));
    hedging.add(asRead(late));
    early.isWaiting = false;
    await eventually("the other one is hedged", () => late.hedgedMs > 0);
    expect([counters.hedgedReads, early.hedgedMs]).toEqual([1, 0]);
    hedging.close();
  });
});
