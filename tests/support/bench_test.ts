import { describe, expect, test } from "bun:test";
import type { Load } from "../../bench/support/load.ts";
import { median, percentile } from "../../bench/support/median.ts";
import { selectRows } from "../../bench/support/matrix.ts";
import { runMemcachedLoad } from "../../bench/support/memcached_load.ts";
import { preload } from "../../bench/support/preload.ts";
import { cpuMicros, memoryOf } from "../../bench/support/process_usage.ts";
import { readReport } from "../../bench/support/redis_benchmark.ts";
import { directTarget, peerTarget } from "../../bench/support/target.ts";
import { eventually } from "./eventually.ts";
import { MemcachedServer } from "./memcached_server.ts";
import { reasonToSkip } from "./programs.ts";
import { RawClient } from "./raw_client.ts";

const REPORT = `
Latency by percentile distribution:
0.000% <= 0.055 milliseconds (cumulative count 1)
99.805% <= 0.879 milliseconds (cumulative count 999)
99.902% <= 0.887 milliseconds (cumulative count 1000)
100.000% <= 0.999 milliseconds (cumulative count 1000)

Cumulative distribution of latencies:
100.000% <= 1.003 milliseconds (cumulative count 1000)

Summary:
  throughput summary: 83333.34 requests per second
  latency summary (msec):
          avg       min       p50       p95       p99       max
        0.298     0.048     0.279     0.431     0.831     0.999
`;

test("readReport takes rate and percentiles from where redis-benchmark prints them", () => {
  expect(readReport(REPORT)).toEqual({ requestsPerSecond: 83333.34, p50: 0.279, p99: 0.831, p999: 0.887 });
});

test("readReport throws when there is no report", () => {
  expect(() => readReport("Could not connect")).toThrow("Could not connect");
});

test("median is the middle, whatever the order and the number of values", () => {
  expect(median([10, 2, 9])).toBe(9);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
});

test("percentile is the value that a share doesn't exceed", () => {
  const values = Float64Array.from({ length: 1000 }, (_, i) => i + 1);
  expect([0.5, 0.99, 0.999, 1].map((share) => percentile(values, share))).toEqual([500, 990, 999, 1000]);
  expect(percentile(new Float64Array(), 0.5)).toBeNaN();
});

test("selectRows gives the rows that match, all for no pattern, and throws for a pattern without rows", () => {
  expect(selectRows(["?et-64-p16", "idle"]).map(({ name }) => name)).toEqual([
    "get-64-p16",
    "set-64-p16",
    "idle",
  ]);
  expect(selectRows(["mc-mget*"]).map(({ load }) => load.keysPerRequest)).toEqual([10, 100]);
  expect(selectRows([]).length).toBeGreaterThan(15);
  expect(() => selectRows(["get-65-p1"])).toThrow("get-65-p1");
});

test("peerTarget reads a name, an endpoint and a process id", () => {
  expect(peerTarget("predixy=10.0.0.7:7617:4242")).toMatchObject({
    name: "predixy",
    host: "10.0.0.7",
    port: 7617,
    pid: 4242,
    protocol: "redis",
  });
  expect(peerTarget("mcrouter=10.0.0.7:5000:4242:memcached")).toMatchObject({
    host: "10.0.0.7",
    port: 5000,
    protocol: "memcached",
  });
  expect(() => peerTarget("predixy=7617")).toThrow("name=host:port:pid");
});

describe.skipIf(reasonToSkip("memcached") !== null)("the load on memcached", () => {
  const some = { protocol: "memcached", valueBytes: 300_000, pipeline: 1, connections: 3 } as const;
  const loads: readonly Load[] = [
    { ...some, command: "get", keysPerRequest: 1 },
    { ...some, command: "set", keysPerRequest: 1 },
    { ...some, command: "mget", keysPerRequest: 7 },
  ];

  test.each(loads)("$command asks for as much as it is told, and finds it all", async (load) => {
    await using server = await MemcachedServer.start({ args: ["-m", "128"] });
    const target = directTarget({ protocol: "memcached", servers: [server] });
    await preload(target, load);
    const before = await statistics(server);
    const { p50, p99, requestsPerSecond } = await runMemcachedLoad(target.host, target.port, load, 40);
    const after = await statistics(server);
    const keys = 40 * load.keysPerRequest;
    const isSet = load.command === "set";
    expect(after.get("get_hits")! - before.get("get_hits")!).toBe(isSet ? 0 : keys);
    expect(after.get("cmd_set")! - before.get("cmd_set")!).toBe(isSet ? keys : 0);
    expect(after.get("get_misses")).toBe(0);
    expect(p50).toBeGreaterThan(0);
    expect(p99).toBeGreaterThanOrEqual(p50);
    expect(requestsPerSecond).toBeGreaterThan(0);
  });

  test("fails when a key is missing", async () => {
    await using server = await MemcachedServer.start();
    await expect(runMemcachedLoad("127.0.0.1", server.port, loads[0]!, 10)).rejects.toThrow(
      "not the expected reply: END",
    );
  });
});

async function statistics(server: MemcachedServer): Promise<Map<string, number>> {
  using client = await RawClient.connect(server.endpoint);
  client.write("stats\r\nquit\r\n");
  const text = (await client.readUntilClose()).toString();
  return new Map(
    Array.from(text.matchAll(/^STAT (\w+) (\d+)/gm), ([, name, value]) => [name!, Number(value)]),
  );
}

test.skipIf(process.platform !== "linux")("cpuMicros grows by what a process has computed", async () => {
  const before = cpuMicros(process.pid);
  const own = process.cpuUsage();
  await eventually("100 ms were computed", () => {
    const { user, system } = process.cpuUsage(own);
    for (let i = 0; i < 1e7; i++) Math.imul(i, i);
    return user + system > 100_000;
  });
  const { user, system } = process.cpuUsage(own);
  expect(Math.abs(cpuMicros(process.pid) - before - user - system)).toBeLessThan(40_000);
  expect(memoryOf(process.pid).peak).toBeGreaterThanOrEqual(memoryOf(process.pid).resident);
});
