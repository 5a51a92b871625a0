import { describe, expect, test } from "bun:test";
import { readSamples } from "../../../../src/cli/top/samples.ts";
import { type Look, viewOf } from "../../../../src/cli/top/view.ts";
import type { PoolView } from "../../../../src/control/instance.ts";

const SERVERS = [{ id: "a", state: "live" }, { id: "b", state: "ejected" }];
const POOLS = [{ name: "p", protocol: "redis", servers: SERVERS }] as unknown as PoolView[];

function looked(atMs: number, ...lines: string[]): Look {
  return { atMs, samples: readSamples(lines.join("\n")), pools: POOLS };
}

/** Latencies of one server, as cumulative counts up to 1, 2 and 4 seconds. */
function latencies(server: string, family: string, ...counts: number[]): string[] {
  const edges = ["1", "2", "4", "+Inf"];
  return [...counts, counts.at(-1)!].map((count, i) =>
    `sennit_server_latency_seconds_bucket{pool="p",server="${server}",family="${family}",le="${
      edges[i]
    }"} ${count}`
  );
}

describe("viewOf", () => {
  test("shows what happened between the looks, by the second, for pools and servers alone", () => {
    const before = looked(
      0,
      'sennit_requests_total{pool="p"} 100',
      'sennit_requests_total{pool="other"} 7',
      'sennit_server_requests_total{pool="p",server="a"} 90',
      'sennit_process_cpu_seconds_total{worker="0",mode="user"} 1',
    );
    const after = looked(
      2000,
      'sennit_build_info{version="9"} 1',
      'sennit_requests_total{pool="p"} 300',
      'sennit_requests_total{pool="other"} 7000',
      'sennit_server_requests_total{pool="p",server="a"} 130',
      'sennit_server_requests_total{pool="q",server="a"} 9999',
      'sennit_errors_total{pool="p",kind="timeout"} 1',
      'sennit_errors_total{pool="p",kind="reset"} 3',
      'sennit_process_cpu_seconds_total{worker="0",mode="user"} 2',
      'sennit_process_cpu_seconds_total{worker="1",mode="system"} 1',
    );
    const { version, cpu, pools: [shown] } = viewOf(before, after);
    expect([version, cpu]).toEqual(["9", 1]);
    expect(shown!.pool).toMatchObject({ name: "p (redis)", state: "1/2 live", requests: 100, errors: 2 });
    expect(shown!.servers.map(({ name, state, requests }) => [name, state, requests])).toEqual([
      ["a", "live", 20],
      ["b", "ejected", 0],
    ]);
  });

  test("counts from 0 what has begun anew", () => {
    const before = looked(0, 'sennit_requests_total{pool="p"} 1000');
    const after = looked(1000, 'sennit_requests_total{pool="p"} 10');
    expect(viewOf(before, after).pools[0]!.pool.requests).toBe(10);
  });

  test("takes quantiles of what was asked in between, over all servers and families of a pool", () => {
    const before = looked(0, ...latencies("a", "string", 1000, 1000, 1000));
    const after = looked(
      1000,
      ...latencies("a", "string", 1000, 1010, 1010),
      ...latencies("b", "hash", 0, 0, 10),
    );
    const { pool, servers } = viewOf(before, after).pools[0]!;
    expect([pool.p50, pool.p99].map((each) => each.toFixed(2))).toEqual(["2.00", "3.96"]);
    expect(servers.map(({ p50 }) => p50)).toEqual([1.5, 3]);
  });

  test("has no quantiles where nothing was asked", () => {
    const both = latencies("a", "string", 5, 5, 5);
    expect(viewOf(looked(0, ...both), looked(1000, ...both)).pools[0]!.pool.p99).toBeNaN();
  });
});
