import { expect, test } from "bun:test";
import { median, percentile } from "../../bench/support/median.ts";
import { selectRows } from "../../bench/support/matrix.ts";
import { cpuMicros, memoryOf } from "../../bench/support/process_usage.ts";
import { readReport } from "../../bench/support/redis_benchmark.ts";
import { peerTarget } from "../../bench/support/target.ts";
import { eventually } from "./eventually.ts";

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
  expect(selectRows([]).length).toBeGreaterThan(15);
  expect(() => selectRows(["get-65-p1"])).toThrow("get-65-p1");
});

test("peerTarget reads a name, an endpoint and a process id", () => {
  expect(peerTarget("predixy=10.0.0.7:7617:4242")).toMatchObject({
    name: "predixy",
    host: "10.0.0.7",
    port: 7617,
    pid: 4242,
  });
  expect(() => peerTarget("predixy=7617")).toThrow("name=host:port:pid");
});

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
