/** Figures of a running proxy: the same as nutcracker's for the same requests, of all workers together, in every form. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { BackendServer } from "../support/backend_server.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { MemcachedServer } from "../support/memcached_server.ts";
import { startNutcracker } from "../support/nutcracker.ts";
import { poolConfig } from "../support/pool_config.ts";
import { findProgram, PYTHON, reasonToSkip } from "../support/programs.ts";
import { infoNumber, memcachedStats } from "../support/quiet.ts";
import type { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import { command } from "../support/resp_encoder.ts";
import { startSennit } from "../support/sennit.ts";
import { ServerProcess } from "../support/server_process.ts";
import { readStats, type Stats, Watched } from "./watched.ts";

/** nutcracker's figures of a server that only grow. */
const COUNTED = ["requests", "request_bytes", "responses", "response_bytes"];
const KEYS = Array.from({ length: 20 }, (_, i) => `key:${i}`);

/** What both proxies are asked, whose figures are then compared. No MSET: nutcracker counts its values twice. */
async function askRedis(client: RawClient): Promise<void> {
  for (const key of KEYS) await client.command("SET", key, "v".repeat(key.length * 10));
  for (let i = 0; i < 5; i++) client.write(Buffer.concat(KEYS.map((key) => command("GET", key))));
  await client.readReplies(5 * KEYS.length);
  await client.command("LPUSH", "list", ...KEYS);
  await client.command("LRANGE", "list", "0", "-1");
  await client.command("GET", "nothing");
  await client.command("INCR", "list");
  await client.command("MGET", ...KEYS);
  await client.command("DEL", "list", ...KEYS);
}

async function askMemcached(client: RawClient): Promise<void> {
  for (const key of KEYS) {
    client.write(`set ${key} 0 0 ${key.length}\r\n${key}\r\n`);
    await client.readLine();
    client.write(`get ${key}\r\n`);
    while (await client.readLine() !== "END") { /* The value. */ }
  }
  client.write("incr nothing 1\r\ndelete key:1\r\n");
  expect([await client.readLine(), await client.readLine()]).toEqual(["NOT_FOUND", "DELETED"]);
}

/** Asks a proxy the same, and gives its figures once the client is gone. */
async function figuresAfter(
  proxy: { connect(): Promise<RawClient> },
  ask: (client: RawClient) => Promise<void>,
  port: number,
): Promise<Stats> {
  const before = await eventually("the statistics port is open", () => readStats(port));
  const client = await proxy.connect();
  await ask(client);
  client.close();
  const counted = (stats: Stats) =>
    Object.values<Stats>(stats.main).reduce((n, each) => n + (each.responses ?? 0), 0);
  return (await eventually("the client is seen off and all is counted", async () => {
    const { main } = await readStats(port);
    return main.client_eof > before.main.client_eof && main.client_connections === 0 &&
      counted({ main }) > 0 && main;
  })) as Stats;
}

describe.skipIf(reasonToSkip("nutcracker", "redis-server", "memcached") !== null)(
  "figures are nutcracker's",
  () => {
    const CASES = [
      ["Redis", (): Promise<BackendServer[]> => RedisServer.startMany(2), askRedis, true],
      ["memcached", (): Promise<BackendServer[]> => MemcachedServer.startMany(2), askMemcached, false],
    ] as const;
    test.each(CASES)("for the same requests, of %s", async (_, startServers, ask, redis) => {
      const servers = await startServers();
      const text = () =>
        poolConfig({
          listen: freePort(),
          servers: servers.map(({ address }, i) => `${address}:1 server${i}`),
          options: { redis, hash: "murmur" },
        });
      const [port, theirPort] = [freePort(), freePort()];
      const args = ["--stats-interval", "50", "--stats-addr", "127.0.0.1", "--stats-port"];
      await using sennit = await startSennit(text(), { args: [...args, `${port}`] });
      await using nutcracker = await startNutcracker(text(), [...args, `${theirPort}`]);
      const ours = await figuresAfter(sennit, ask, port);
      const theirs = await figuresAfter(nutcracker, ask, theirPort);
      for (const name of ["server0", "server1"]) {
        const shown = COUNTED.map((figure) => [figure, ours[name][figure]]);
        expect({ name, shown }).toEqual({
          name,
          shown: COUNTED.map((figure) => [figure, theirs[name][figure]]),
        });
        const order = Object.keys(ours[name]).filter((figure) => figure in theirs[name]);
        expect(order).toEqual(Object.keys(theirs[name]));
        const idle = [
          "in_queue",
          "in_queue_bytes",
          "out_queue",
          "out_queue_bytes",
          "server_eof",
          "server_err",
        ];
        expect(idle.map((figure) => ours[name][figure])).toEqual(idle.map(() => 0));
        expect([ours[name].server_connections, theirs[name].server_connections]).toEqual([1, 1]);
      }
      for (const server of servers) await server[Symbol.asyncDispose]();
    });
  },
);

describe.skipIf(reasonToSkip("redis-server", "memcached") !== null)("figures", () => {
  let servers: BackendServer[];
  let watched: Watched;

  beforeAll(async () => {
    servers = [...await RedisServer.startMany(2), await MemcachedServer.start()];
    const [one, two, cache] = servers.map(({ address }) => address);
    watched = await Watched.start([
      { name: "main", listen: freePort(), servers: [`${one}:1 one`, `${two}:1 two`] },
      { name: "cache", listen: freePort(), servers: [`${cache}:1`], options: { redis: false } },
      // Nobody listens there.
      { name: "down", listen: freePort(), servers: ["127.0.0.1:1:1 nobody"] },
    ], "workers: 2\nhot_keys: { sample: 1 }");
  });
  afterAll(async () => {
    await watched?.[Symbol.asyncDispose]();
    for (const server of servers ?? []) await server[Symbol.asyncDispose]();
  });

  test("of all workers are in INFO, whichever of them is asked", async () => {
    const clients = await Promise.all(Array.from({ length: 12 }, () => watched.connect()));
    for (const client of clients) await client.command("SET", "a", "1");
    for (const client of clients) {
      await eventually("it has all of them", async () => {
        const info = String(await client.command("INFO"));
        return info.includes("\r\nconnected_clients:12\r\n");
      });
    }
    const { main } = await watched.stats();
    const requests = () => infoNumber(watched.proxy, "total_commands_processed");
    await eventually("it has all requests", async () => await requests() > main.requests);
    const [first] = clients;
    expect(String(await first!.command("INFO", "commandstats"))).toMatch(
      /\r\ncmdstat_string:calls=\d+,usec=/,
    );
    for (const client of clients) client.close();
  });

  test("of all workers are in memcached's stats", async () => {
    const clients = await Promise.all(Array.from({ length: 12 }, () => watched.connect(1)));
    for (const client of clients) {
      client.write("set k 0 0 1\r\n1\r\n");
      expect(await client.readLine()).toBe("STORED");
    }
    await eventually("the stats have all of them", async () => {
      const stats = await memcachedStats(clients[0]!);
      return stats.get("curr_connections") === "12" && Number(stats.get("cmd_total")) >= 13;
    });
    expect((await memcachedStats(clients[0]!)).get("threads")).toBe("2");
    for (const client of clients) client.close();
  });

  test("tell failures by their kind, of the pool and of the server", async () => {
    using client = await watched.connect(2);
    expect(await client.command("GET", "a")).toMatchObject({ message: "ERR Connection refused" });
    const { down } = await watched.stats();
    expect([down.errors_refused, down.forward_error, down.nobody.errors_refused]).toEqual([1, 1, 1]);
    expect(down.nobody.server_err).toBeGreaterThanOrEqual(1);
    expect(down.nobody).not.toHaveProperty("latency_p50_us");
  });

  test("have the latency of each server and command family", async () => {
    using client = await watched.connect();
    for (const key of KEYS) await client.command("HSET", key, "f", "v");
    const { main } = await watched.stats();
    for (const name of ["one", "two"]) {
      const { latency_p50_us: half, latency_p99_us: most } = main[name];
      expect(half).toBeGreaterThan(0);
      expect(most).toBeGreaterThanOrEqual(half);
    }
    const text = await watched.get("/metrics");
    const counted = [...text.matchAll(/^sennit_server_latency_seconds_count\{.*family="hash"\} (\d+)$/gm)];
    expect(counted.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(KEYS.length);
  });

  test("find the keys that are asked for most", async () => {
    using client = await watched.connect();
    for (let i = 0; i < 30; i++) await client.command("GET", "hottest");
    for (let i = 0; i < 20; i++) await client.command("MGET", "hot", "warm", "hottest");
    const keys = await watched.hotKeys();
    const asked = (key: string) => keys.find((each) => each.pool === "main" && each.key === key)!;
    expect([asked("hottest").requests, asked("hot").requests]).toEqual([50, 20]);
    expect(["one", "two"]).toContain(asked("hottest").server);
  });

  test("keep what a worker has counted that dies", async () => {
    const counted = async () => {
      const { workers, worker_restarts, main } = await watched.stats();
      return {
        workers,
        worker_restarts,
        requests: main.requests,
        sent: main.one.requests + main.two.requests,
      };
    };
    const before = await counted();
    const { detail } = JSON.parse(await watched.get("/readyz"));
    process.kill(detail.workers[0].pid, "SIGKILL");
    await eventually("another took its place", async () => {
      const { workers, worker_restarts } = await counted();
      return workers === 2 && worker_restarts === 1;
    });
    expect(await counted()).toEqual({ ...before, worker_restarts: 1 });
  });

  test.skipIf(reasonToSkip("prometheus_client") !== null)("are read by Prometheus' own parser", async () => {
    const program = [
      "import sys",
      "from prometheus_client.parser import text_string_to_metric_families as families",
      "for family in families(sys.stdin.read()):",
      "  print(family.name, family.type, len(family.samples))",
      "  assert family.documentation and family.type != 'unknown', family.name",
    ].join("\n");
    const text = await watched.get("/metrics");
    const { stdout, stderr } = Bun.spawnSync([PYTHON, "-c", program], { stdin: Buffer.from(text) });
    expect(stderr.toString()).toBe("");
    const lines = stdout.toString().split("\n");
    expect(lines).toContain("sennit_requests counter 3");
    expect(lines).toContain("sennit_server_live gauge 4");
    expect(lines.find((line) => line.startsWith("sennit_server_latency_seconds "))).toMatch(
      / histogram \d+$/,
    );
  });

  test.skipIf(reasonToSkip("prometheus-redis-exporter") !== null)("are read by redis_exporter", async () => {
    const port = freePort();
    const read = async () => await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    await using _ = await ServerProcess.start({
      name: "redis_exporter",
      // deno-fmt-ignore
      command: [
        findProgram("prometheus-redis-exporter"),
        "-redis.addr", `redis://127.0.0.1:${watched.proxy.port}`, "-web.listen-address", `127.0.0.1:${port}`,
      ],
      isReady: async () => (await read()).includes("redis_up"),
    });
    const text = await read();
    const figure = (name: string) =>
      Number(new RegExp(`^${RegExp.escape(name)} (\\S+)$`, "m").exec(text)?.[1]);
    expect(figure("redis_up")).toBe(1);
    expect(figure("redis_connected_clients")).toBeGreaterThanOrEqual(1);
    expect(figure("redis_commands_processed_total")).toBeGreaterThan(0);
    expect(figure("redis_net_input_bytes_total")).toBeGreaterThan(0);
    expect(figure("redis_memory_used_rss_bytes")).toBeGreaterThan(1e6);
    expect(figure("redis_uptime_in_seconds")).toBeGreaterThanOrEqual(0);
    expect(figure('redis_commands_total{cmd="string"}')).toBeGreaterThan(0);
    expect(text).toMatch(/^redis_instance_info\{.*redis_mode="standalone".*role="master".*\} 1$/m);
  });
});
