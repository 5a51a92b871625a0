/**
 * Adds figures up: of workers, of the lives of one worker, and of whoever judges servers. All have the same form, and
 * may leave out what they don't know.
 */
import type {
  Figures,
  HistogramCounts,
  InstanceFigures,
  PoolFigures,
  PoolsFigures,
  ServerFigures,
  WorkerFigures,
} from "./figures.ts";
import { addCounts } from "./histogram.ts";
import type { Metric } from "./metric.ts";
import { POOL_METRICS, PROCESS_METRICS, SERVER_METRICS } from "./metrics.ts";

type Metrics = Readonly<Record<string, Metric>>;

/** What the instance knows by itself. */
export type InstanceFacts = Omit<InstanceFigures, "pools" | "workers">;

/**
 * The figures of the whole instance. `workers` are by slot. `judged` is what is known about pools and servers outside
 * of the workers, such as ejections; what isn't named there, such as a server that was removed, is not shown.
 */
export function addFigures(
  facts: InstanceFacts,
  workers: ReadonlyMap<number, WorkerFigures>,
  judged: PoolsFigures,
): InstanceFigures {
  const all = [...workers.values()];
  const pools = inOrderOf(judged, addPools([...all.map(({ pools }) => pools), judged]));
  return {
    ...facts,
    figures: { ...connections(pools, workers.size), ...facts.figures },
    pools: mapValues(pools, (pool, name) => ({
      ...pool,
      servers: inOrderOf(judged[name]!.servers, pool.servers),
    })),
    workers: Object.fromEntries([...workers].map(([slot, { process }]) => [slot, process])),
  };
}

/** The sum of two workers' figures, or of two lives of one; null counts nothing. */
export function addWorkerFigures(
  one: WorkerFigures | null,
  other: WorkerFigures | null,
): WorkerFigures | null {
  if (one === null || other === null) return one ?? other;
  return {
    process: {
      figures: addUp([one.process.figures, other.process.figures], PROCESS_METRICS),
      lag: addCounts([one.process.lag, other.process.lag]),
    },
    pools: addPools([one.pools, other.pools]),
  };
}

/** What is still true of a worker that has died: what it had counted, not what was going on in it. */
export function lastFigures({ process, pools }: WorkerFigures): WorkerFigures {
  return {
    process: { figures: countersOf(process.figures, PROCESS_METRICS), lag: process.lag },
    pools: mapValues(pools, ({ protocol, figures, servers }) => ({
      protocol,
      figures: countersOf(figures, POOL_METRICS),
      servers: mapValues(servers, (server) => ({
        figures: countersOf(server.figures, SERVER_METRICS),
        latency: server.latency,
      })),
    })),
  };
}

function addPools(parts: readonly PoolsFigures[]): Record<string, PoolFigures> {
  return joined(parts, (pools) => ({
    protocol: pools[0]!.protocol,
    figures: addUp(pools.map(({ figures }) => figures), POOL_METRICS),
    servers: joined(pools.map(({ servers }) => servers), addServers),
  }));
}

function addServers(servers: readonly ServerFigures[]): ServerFigures {
  return {
    figures: addUp(servers.map(({ figures }) => figures), SERVER_METRICS),
    latency: joined(servers.map(({ latency }) => latency), addCounts),
  };
}

function addUp(parts: readonly Figures[], metrics: Metrics): Figures {
  return joined(parts, (values, name) => {
    if (metrics[name]?.together === "most") return Math.max(...values);
    if (metrics[name]?.together === "least") return Math.min(...values);
    return values.reduce((sum, value) => sum + value, 0);
  });
}

/** The latency of several servers together, whatever the command family. */
export function allLatency(servers: readonly ServerFigures[]): HistogramCounts {
  return addCounts(servers.flatMap(({ latency }) => Object.values(latency)));
}

/** As nutcracker counts connections: clients, servers, and one listener per pool, here of each worker. */
function connections(pools: PoolsFigures, workers: number): Figures {
  let total = 0;
  let open = 0;
  for (const { figures, servers } of Object.values(pools)) {
    total += workers + (figures.client_accepted ?? 0);
    open += workers + (figures.client_connections ?? 0);
    for (const server of Object.values(servers)) {
      total += server.figures.server_connects ?? 0;
      open += server.figures.server_connections ?? 0;
    }
  }
  return { total_connections: total, curr_connections: open };
}

function countersOf(figures: Figures, metrics: Metrics): Figures {
  return Object.fromEntries(Object.entries(figures).filter(([name]) => metrics[name]?.kind !== "gauge"));
}

/** One record with the names of all; `join` makes one value of those that a name has. */
function joined<Value, Joined>(
  records: readonly Readonly<Record<string, Value>>[],
  join: (values: readonly Value[], name: string) => Joined,
): Record<string, Joined> {
  const byName = new Map<string, Value[]>();
  for (const record of records) {
    for (const [name, value] of Object.entries(record)) {
      const values = byName.get(name);
      if (values === undefined) byName.set(name, [value]);
      else values.push(value);
    }
  }
  return Object.fromEntries([...byName].map(([name, values]) => [name, join(values, name)]));
}

/** The entries that `names` has too, in its order. */
function inOrderOf<Value>(
  names: Readonly<Record<string, unknown>>,
  record: Readonly<Record<string, Value>>,
): Record<string, Value> {
  return Object.fromEntries(Object.keys(names).map((name) => [name, record[name]!]));
}

function mapValues<A, B>(
  record: Readonly<Record<string, A>>,
  map: (value: A, name: string) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}
