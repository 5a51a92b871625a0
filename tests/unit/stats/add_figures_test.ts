/** Figures of workers, dead ones among them, added up. */
import { describe, expect, test } from "bun:test";
import { addFigures, addWorkerFigures, lastFigures } from "../../../src/stats/mod.ts";
import { exampleInstance, exampleWorker, histogramOf, JUDGED, STARTED } from "./example_instance.ts";

const POOL = 'my "cache"';
const FACTS = { version: "", pid: 1, startedAtMs: 0, nowMs: 0, figures: {} };

describe("addFigures", () => {
  const { pools, figures, workers } = exampleInstance();
  const { one, two } = pools[POOL]!.servers;

  test("adds up counters and gauges of all workers, and what the supervisor knows", () => {
    expect(pools[POOL]!.figures).toMatchObject({
      client_connections: 12,
      client_eof: 6,
      requests: 40,
      server_ejects: 1,
    });
    expect(one!.figures).toMatchObject({ server_connections: 2, responses: 26, server_live: 1 });
    expect(two!.figures).toMatchObject({ server_live: 0, server_ejected_at: STARTED * 1000 });
  });

  test("adds up histograms, and keeps the workers' own apart", () => {
    expect(one!.latency.hash).toEqual(histogramOf(2, 2, 20, 2, 2, 20));
    expect(Object.keys(workers)).toEqual(["0", "1"]);
    expect(workers[1]!.lag).toEqual(histogramOf(0.1, 3));
  });

  test("calls a replica fit when all workers do, and as far behind as the one that finds it furthest", () => {
    const worker = (figures: Record<string, number>) => {
      const server = { figures, latency: {} };
      return { ...exampleWorker(1), pools: { [POOL]: { ...JUDGED[POOL]!, servers: { one: server } } } };
    };
    const told = [{ replica_fit: 1, replica_lag_ms: 50 }, { replica_fit: 0, replica_lag_ms: 3000 }];
    const { pools } = addFigures(FACTS, new Map(told.map((figures, i) => [i, worker(figures)])), JUDGED);
    expect(pools[POOL]!.servers.one!.figures).toMatchObject({ replica_fit: 0, replica_lag_ms: 3000 });
  });

  test("counts connections as nutcracker does: clients, servers and listeners", () => {
    expect(figures).toMatchObject({
      total_connections: 2 + 18 + 2,
      curr_connections: 2 + 12 + 2,
      reloads: 4,
    });
  });

  test("shows no server that was removed, and all that are there", () => {
    const judged = { [POOL]: { ...JUDGED[POOL]!, servers: { three: JUDGED[POOL]!.servers.one! } } };
    const { pools } = addFigures(FACTS, new Map([[0, exampleWorker(1)]]), judged);
    expect(pools[POOL]!.servers).toEqual({ three: JUDGED[POOL]!.servers.one! });
  });
});

test("addWorkerFigures adds nothing to nothing, and two lives of a worker to each other", () => {
  expect(addWorkerFigures(null, null)).toBeNull();
  expect(addWorkerFigures(exampleWorker(1), null)).toEqual(exampleWorker(1));
  const both = addWorkerFigures(exampleWorker(1), exampleWorker(2))!;
  expect(both.process.figures.cpu_user_seconds).toBe(3);
  expect(both.pools[POOL]!.figures).toMatchObject({ client_connections: 3, requests: 40 });
});

test("lastFigures keeps what a worker counted, and not what it was at", () => {
  const { process, pools } = lastFigures(exampleWorker(5));
  expect(process.figures).toEqual({ cpu_user_seconds: 1.5, cpu_system_seconds: 0.25 });
  expect(pools[POOL]!.figures).toEqual({
    client_eof: 3,
    client_accepted: 8,
    requests: 20,
    received_bytes: 2000,
    sent_bytes: 3000,
    forward_error: 2,
    errors_timeout: 2,
  });
  expect(pools[POOL]!.servers.one!.figures).not.toHaveProperty("out_queue");
  expect(pools[POOL]!.servers.one!.latency).toEqual(exampleWorker(5).pools[POOL]!.servers.one!.latency);
});
