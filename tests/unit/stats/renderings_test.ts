/** The renderings of an example, whole. Prometheus' own parser reads another one in tests/e2e/figures_test.ts. */
import { describe, expect, test } from "bun:test";
import { memcachedStats, renderInfo, renderNutcracker, renderPrometheus } from "../../../src/stats/mod.ts";
import { exampleInstance, STARTED } from "./example_instance.ts";

const POOL = 'my "cache"';

const EVERYTHING = `# Server
redis_version:7.2.4
redis_mode:standalone
sennit_version:1.2.3
os:linux x64
arch_bits:64
process_id:4711
tcp_port:6379
uptime_in_seconds:90061
uptime_in_days:1

# Clients
connected_clients:12
maxclients:1000
blocked_clients:0
tracking_clients:0
pubsub_clients:0
watching_clients:0
monitor_clients:0

# Memory
used_memory:10000000
used_memory_rss:100000000
maxmemory:0

# Stats
total_connections_received:18
total_commands_processed:40
instantaneous_ops_per_sec:5
total_net_input_bytes:4000
total_net_output_bytes:6000
rejected_connections:0
total_error_replies:4
pubsub_channels:0
pubsub_patterns:0
pubsubshard_channels:0
client_protocol_errors:0
clients_closed_by_proxy:0
denied_logins:0
slow_requests:0
pending_requests:0
bytes_in_flight:200

# Replication
role:master
connected_slaves:0

# CPU
used_cpu_sys:0.500000
used_cpu_user:3.000000

# Commandstats
cmdstat_string:calls=20,usec=19819,usec_per_call=990.95
cmdstat_hash:calls=6,usec=46732,usec_per_call=7788.67

# Errorstats
errorstat_timeout:count=4

# Keyspace
db0:keys=7,expires=2,avg_ttl=500
`;

describe("renderNutcracker", () => {
  const stats = JSON.parse(JSON.stringify(renderNutcracker(exampleInstance(), "host")));

  test("begins as nutcracker does, ours behind it, then pools", () => {
    expect(Object.entries(stats).slice(0, -1)).toEqual([
      ["service", "nutcracker"],
      ["source", "host"],
      ["version", "1.2.3"],
      ["uptime", 90061],
      ["timestamp", STARTED / 1000 + 90061],
      ["total_connections", 22],
      ["curr_connections", 16],
      ["workers", 2],
      ["reloads", 4],
      ["failed_reloads", 1],
    ]);
  });

  test("has all of nutcracker's figures, known or not, and of ours those that are known", () => {
    const { one, two, ...pool } = stats[POOL];
    expect(pool).toEqual({
      client_eof: 6,
      client_err: 0,
      client_connections: 12,
      server_ejects: 1,
      forward_error: 4,
      fragments: 0,
      client_accepted: 18,
      requests: 40,
      requests_per_second: 4.8,
      received_bytes: 4000,
      sent_bytes: 6000,
      errors_timeout: 4,
      latency_p50_us: 991,
      latency_p99_us: 19402,
      latency_p999_us: 19402,
    });
    expect(one).toMatchObject({
      server_eof: 0,
      requests: 30,
      out_queue: 4,
      server_live: 1,
      latency_p50_us: 991,
    });
    expect(two).toMatchObject({ requests: 0, server_ejected_at: STARTED * 1000, server_live: 0 });
    expect(two).not.toHaveProperty("latency_p50_us");
  });

  test("has no object but pools and their servers, which is what collectors take objects for", () => {
    const objects = (value: Record<string, unknown>) =>
      Object.entries(value).filter(([, each]) => typeof each === "object").map(([name]) => name);
    expect(objects(stats)).toEqual([POOL]);
    expect(objects(stats[POOL])).toEqual(["one", "two"]);
    expect(objects(stats[POOL].one)).toEqual([]);
  });
});

describe("renderPrometheus", () => {
  const text = renderPrometheus(exampleInstance());

  test("has figures with their labels, in base units, names escaped", () => {
    for (
      const line of [
        'sennit_build_info{version="1.2.3"} 1',
        `sennit_start_time_seconds ${STARTED / 1000}`,
        'sennit_reloads_total{result="failed"} 1',
        'sennit_process_cpu_seconds_total{worker="1",mode="user"} 1.5',
        'sennit_client_disconnects_total{pool="my \\"cache\\"",how="eof"} 6',
        'sennit_errors_total{pool="my \\"cache\\"",kind="timeout"} 4',
        `sennit_server_ejected_timestamp_seconds{pool="my \\"cache\\"",server="two"} ${STARTED / 1000}`,
      ]
    ) expect(text.split("\n")).toContain(line);
  });

  test("has histograms whose buckets are cumulative, with sum and count", () => {
    const labels = 'pool="my \\"cache\\"",server="one",family="hash"';
    const lines = text.split("\n").filter((line) => line.includes(labels))
      .map((line) => line.replace("sennit_server_latency_seconds", "").replace(labels, "…"));
    expect(lines).toEqual([
      ...["0.000128", "0.000256", "0.000512", "0.001024"].map((le) => `_bucket{…,le="${le}"} 0`),
      ...["0.002048", "0.004096", "0.008192", "0.016384"].map((le) => `_bucket{…,le="${le}"} 4`),
      ...[
        "0.032768",
        "0.065536",
        "0.131072",
        "0.262144",
        "0.524288",
        "1.048576",
        "4.194304",
        "16.777216",
        "+Inf",
      ]
        .map((le) => `_bucket{…,le="${le}"} 6`),
      expect.stringMatching(/^_sum\{…\} 0\.0467/),
      "_count{…} 6",
    ]);
  });

  test("says once of each name what it is, before its lines, which stand together", () => {
    const names = text.trimEnd().split("\n").map((line) => line.replace(/^# (HELP|TYPE) /, ""))
      .map((line) => /^\w+/.exec(line)![0].replace(/_(bucket|sum|count)$/, ""));
    const runs = names.filter((name, i) => name !== names[i - 1]);
    expect(runs).toEqual([...new Set(runs)]);
    expect(text.match(/^# TYPE /gm)!.length).toBe(runs.length);
  });
});

describe("renderInfo", () => {
  const facts = {
    ...{ pool: POOL, redisVersion: "7.2.4", os: "linux x64", port: 6379, maxClients: 1000 },
    keyspace: { db0: "keys=7,expires=2,avg_ttl=500" },
  };
  const info = (...asked: string[]) => renderInfo(exampleInstance(), facts, asked);

  test("has all sections when asked for everything", () => {
    expect(info("ALL").replaceAll("\r\n", "\n")).toBe(EVERYTHING);
  });

  test("leaves out command statistics unless they are named", () => {
    expect(info()).toBe(info("default"));
    expect(info()).not.toContain("cmdstat_");
    expect(info("commandstats")).toStartWith("# Commandstats\r\ncmdstat_string:calls=20,");
    expect(info("Server", "cpu")).toMatch(/^# Server\r\n[^#]*\r\n# CPU\r\n[^#]*$/);
    expect(info("nonsense")).toBe("");
  });
});

test("memcachedStats has memcached's names for what the proxy has", () => {
  const stats = memcachedStats(exampleInstance(), { pool: POOL, version: "1.6.18", maxClients: 1000 });
  expect(stats).toEqual({
    pid: 4711,
    uptime: 90061,
    time: STARTED / 1000 + 90061,
    version: "1.6.18",
    sennit_version: "1.2.3",
    pointer_size: 64,
    rusage_user: "3.000000",
    rusage_system: "0.500000",
    max_connections: 1000,
    curr_connections: 12,
    total_connections: 18,
    rejected_connections: 0,
    cmd_total: 40,
    bytes_read: 4000,
    bytes_written: 6000,
    server_failures: 4,
    get_failures_as_misses: 0,
    client_protocol_errors: 0,
    clients_closed_by_proxy: 0,
    slow_requests: 0,
    bytes_in_flight: 200,
    servers: 2,
    server_connections: 2,
    threads: 2,
  });
});
