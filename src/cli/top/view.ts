/** What `sennit top` shows: rates and latencies between two looks at the figures of a proxy. */
import type { PoolView } from "../../control/instance.ts";
import type { Sample } from "./samples.ts";

/** A look at a proxy. */
export interface Look {
  /** When; milliseconds, on any clock. */
  readonly atMs: number;
  readonly samples: ReadonlyMap<string, readonly Sample[]>;
  readonly pools: readonly PoolView[];
}

/** One line of the table: a pool, or a server of it. */
export interface Row {
  readonly name: string;
  /** Servers in the ring of all there are, or a server's state. */
  readonly state: string;
  /** Each second. */
  readonly requests: number;
  /** Units: seconds; NaN when nothing was asked. */
  readonly p50: number;
  readonly p99: number;
  /** Each second. */
  readonly errors: number;
  /** Requests that wait for their replies. */
  readonly waiting: number;
  readonly connections: number;
}

/** The whole of it. */
export interface View {
  readonly version: string;
  readonly upSeconds: number;
  readonly workers: number;
  /** Cores' worth. */
  readonly cpu: number;
  readonly residentBytes: number;
  readonly clients: number;
  /** Bytes each second. */
  readonly received: number;
  readonly sent: number;
  readonly pools: readonly { readonly pool: Row; readonly servers: readonly Row[] }[];
}

/** What has happened from one look to the next. */
export function viewOf(before: Look, after: Look): View {
  const changes = new Changes(before, after);
  const { now } = changes;
  return {
    version: after.samples.get("sennit_build_info")?.[0]?.labels.version ?? "",
    upSeconds: Date.now() / 1000 - now("sennit_start_time_seconds"),
    workers: now("sennit_workers"),
    cpu: changes.rate("sennit_process_cpu_seconds_total"),
    residentBytes: now("sennit_process_resident_memory_bytes"),
    clients: now("sennit_process_client_connections"),
    received: changes.rate("sennit_client_received_bytes_total"),
    sent: changes.rate("sennit_client_sent_bytes_total"),
    pools: after.pools.map((pool) => ({
      pool: poolRow(pool, changes),
      servers: pool.servers.map((server) => serverRow(pool.name, server, changes)),
    })),
  };
}

function poolRow({ name: pool, protocol, servers }: PoolView, changes: Changes): Row {
  const live = servers.filter(({ state }) => state === "live").length;
  return {
    name: `${pool} (${protocol})`,
    state: `${live}/${servers.length} live`,
    requests: changes.rate("sennit_requests_total", { pool }),
    p50: changes.quantile(0.5, { pool }),
    p99: changes.quantile(0.99, { pool }),
    errors: changes.rate("sennit_errors_total", { pool }),
    waiting: changes.now("sennit_pending_requests", { pool }),
    connections: changes.now("sennit_client_connections", { pool }),
  };
}

function serverRow(pool: string, { id, state }: PoolView["servers"][number], changes: Changes): Row {
  const labels = { pool, server: id };
  return {
    name: id,
    state,
    requests: changes.rate("sennit_server_requests_total", labels),
    p50: changes.quantile(0.5, labels),
    p99: changes.quantile(0.99, labels),
    errors: changes.rate("sennit_server_errors_total", labels),
    waiting: changes.now("sennit_server_unanswered_requests", labels) +
      changes.now("sennit_server_queued_requests", labels),
    connections: changes.now("sennit_server_connections", labels),
  };
}

type Labels = Readonly<Record<string, string>>;

/** Sums over all samples that have some labels, now and since the look before. */
class Changes {
  readonly #before: Look;
  readonly #after: Look;

  constructor(before: Look, after: Look) {
    this.#before = before;
    this.#after = after;
  }

  /** The sum now. */
  now = (name: string, labels: Labels = {}): number => sum(this.#after, name, labels);

  /** How much it grows each second; what has begun anew, with its process, counts from 0. */
  rate(name: string, labels: Labels = {}): number {
    const [from, to] = [sum(this.#before, name, labels), sum(this.#after, name, labels)];
    const seconds = (this.#after.atMs - this.#before.atMs) / 1000;
    return seconds > 0 ? (to < from ? to : to - from) / seconds : 0;
  }

  /** A quantile of servers' latencies; NaN when there was nothing. Units: seconds. */
  quantile(share: number, labels: Labels): number {
    const name = "sennit_server_latency_seconds_bucket";
    const [from, to] = [buckets(this.#before, name, labels), buckets(this.#after, name, labels)];
    const counts = Array.from(to, ([edge, count]) => [edge, count - (from.get(edge) ?? 0)] as const)
      .sort(([one], [other]) => one - other);
    const wanted = share * (counts.at(-1)?.[1] ?? 0);
    let [lower, below] = [0, 0];
    for (const [edge, count] of counts) {
      if (count >= wanted && count > below) {
        const upper = edge === Infinity ? lower : edge;
        return lower + (upper - lower) * (wanted - below) / (count - below);
      }
      [lower, below] = [edge, count];
    }
    return NaN;
  }
}

function sum({ samples }: Look, name: string, labels: Labels): number {
  return matching(samples.get(name), labels).reduce((total, { value }) => total + value, 0);
}

function buckets({ samples }: Look, name: string, labels: Labels): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { labels: { le }, value } of matching(samples.get(name), labels)) {
    const edge = le === "+Inf" ? Infinity : Number(le);
    counts.set(edge, (counts.get(edge) ?? 0) + value);
  }
  return counts;
}

function matching(samples: readonly Sample[] = [], labels: Labels): readonly Sample[] {
  const wanted = Object.entries(labels);
  return samples.filter((sample) => wanted.every(([name, value]) => sample.labels[name] === value));
}
