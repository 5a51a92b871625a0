/** An instance with two workers and a pool of two servers, as its figures tell it. */
import {
  addFigures,
  Histogram,
  type HistogramCounts,
  type InstanceFigures,
  type PoolsFigures,
  toCounts,
  type WorkerFigures,
} from "../../../src/stats/mod.ts";

/** When it was started; milliseconds since 1970. */
export const STARTED = Date.UTC(2026, 0, 2, 3, 4, 5);

/** A histogram of durations. Units: milliseconds. */
export function histogramOf(...durations: readonly number[]): HistogramCounts {
  const histogram = new Histogram();
  for (const ms of durations) histogram.record(ms);
  return toCounts(histogram.counts);
}

/** What one of the workers counted, who served `clients`. */
export function exampleWorker(clients: number): WorkerFigures {
  return {
    process: {
      figures: {
        cpu_user_seconds: 1.5,
        cpu_system_seconds: 0.25,
        resident_bytes: 50e6,
        heap_bytes: 5e6,
        held_bytes: 100,
      },
      lag: histogramOf(0.1, 3),
    },
    pools: {
      'my "cache"': {
        protocol: "redis",
        figures: {
          client_eof: 3,
          client_connections: clients,
          client_accepted: clients + 3,
          requests: 20,
          received_bytes: 2000,
          sent_bytes: 3000,
          requests_per_second: 2.4,
          forward_error: 2,
          errors_timeout: 2,
        },
        servers: {
          one: {
            figures: {
              server_connections: 1,
              server_connects: 1,
              requests: 15,
              request_bytes: 600,
              responses: 13,
              response_bytes: 900,
              out_queue: 2,
              out_queue_bytes: 80,
            },
            latency: { string: histogramOf(...Array(10).fill(1)), hash: histogramOf(2, 2, 20) },
          },
          two: { figures: { server_connections: 0, requests: 0 }, latency: {} },
        },
      },
    },
  };
}

/** What the supervisor knows. */
export const JUDGED: PoolsFigures = {
  'my "cache"': {
    protocol: "redis",
    figures: { server_ejects: 1 },
    servers: {
      one: { figures: { server_live: 1, server_ejected_at: 0 }, latency: {} },
      two: { figures: { server_live: 0, server_ejected_at: STARTED * 1000 }, latency: {} },
    },
  },
};

/** All of them together. */
export function exampleInstance(): InstanceFigures {
  const facts = {
    version: "1.2.3",
    pid: 4711,
    startedAtMs: STARTED,
    nowMs: STARTED + 90_061_500,
    figures: { workers: 2, reloads: 4, failed_reloads: 1 },
  };
  return addFigures(facts, new Map([[0, exampleWorker(5)], [1, exampleWorker(7)]]), JUDGED);
}
