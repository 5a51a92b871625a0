/**
 * Figures as the sections of Redis's INFO, for clients and collectors that know no other source. Where Redis counts
 * commands, the families of commands stand.
 * Source: redis.io, INFO.
 */
import type { Figures, HistogramCounts, InstanceFigures, PoolFigures } from "./figures.ts";
import { FAILURE_KINDS } from "./failure_kind.ts";
import { addCounts, countOf, sumOf } from "./histogram.ts";

/** What INFO shows beside figures. */
export interface InfoFacts {
  /** The pool that is asked. */
  readonly pool: string;
  /** The lowest version of its servers. */
  readonly redisVersion: string;
  readonly os: string;
  /** 0: it listens on a unix socket. */
  readonly port: number;
  readonly maxClients: number;
  /** The fields of the section about keys. */
  readonly keyspace: Fields;
}

/** The fields of a section, in order. */
type Fields = Readonly<Record<string, string | number>>;

/** Sections that are shown only when they are named, or all are asked for. */
const EXTRA = new Set(["commandstats"]);
const EVERYTHING = ["all", "everything"];

/** The sections that are asked for by their names, in any case; the usual ones when none is. */
export function renderInfo(instance: InstanceFigures, facts: InfoFacts, asked: readonly string[]): string {
  const names = new Set(asked.map((name) => name.toLowerCase()));
  const isEverything = EVERYTHING.some((name) => names.has(name));
  const isDefault = names.size === 0 || names.has("default");
  const isShown = (name: string) => {
    return isEverything || names.has(name) || (isDefault && !EXTRA.has(name));
  };
  return Object.entries(sectionsOf(instance, facts)).filter(([name]) => isShown(name))
    .map(([name, fields]) => renderSection(name, fields)).join("\r\n");
}

function sectionsOf(instance: InstanceFigures, facts: InfoFacts): Record<string, Fields> {
  const pool = instance.pools[facts.pool] ?? { protocol: "redis", figures: {}, servers: {} };
  const sum = (figure: string) => {
    return Object.values(instance.workers).reduce((total, { figures }) => total + (figures[figure] ?? 0), 0);
  };
  const uptime = Math.floor((instance.nowMs - instance.startedAtMs) / 1000);
  return {
    server: {
      redis_version: facts.redisVersion,
      redis_mode: "standalone",
      sennit_version: instance.version,
      os: facts.os,
      arch_bits: 64,
      process_id: instance.pid,
      tcp_port: facts.port,
      uptime_in_seconds: uptime,
      uptime_in_days: Math.floor(uptime / 86400),
    },
    clients: {
      connected_clients: of(pool, "client_connections"),
      maxclients: facts.maxClients,
      blocked_clients: of(pool, "blocked_clients"),
      tracking_clients: of(pool, "tracking_clients"),
      pubsub_clients: of(pool, "subscribed_clients"),
      watching_clients: of(pool, "watching_clients"),
      monitor_clients: of(pool, "monitoring_clients"),
    },
    memory: { used_memory: sum("heap_bytes"), used_memory_rss: sum("resident_bytes"), maxmemory: 0 },
    stats: statsOf(pool, sum("held_bytes")),
    replication: { role: "master", connected_slaves: 0 },
    cpu: {
      used_cpu_sys: sum("cpu_system_seconds").toFixed(6),
      used_cpu_user: sum("cpu_user_seconds").toFixed(6),
    },
    commandstats: commandStats(pool),
    errorstats: errorStats(pool.figures),
    keyspace: facts.keyspace,
  };
}

function statsOf(pool: PoolFigures, heldBytes: number): Fields {
  return {
    total_connections_received: of(pool, "client_accepted"),
    total_commands_processed: of(pool, "requests"),
    instantaneous_ops_per_sec: Math.round(of(pool, "requests_per_second")),
    total_net_input_bytes: of(pool, "received_bytes"),
    total_net_output_bytes: of(pool, "sent_bytes"),
    rejected_connections: of(pool, "client_rejected"),
    total_error_replies: of(pool, "forward_error"),
    pubsub_channels: of(pool, "subscribed_channels") - of(pool, "subscribed_patterns") -
      of(pool, "subscribed_shard_channels"),
    pubsub_patterns: of(pool, "subscribed_patterns"),
    pubsubshard_channels: of(pool, "subscribed_shard_channels"),
    client_protocol_errors: of(pool, "client_faults"),
    clients_closed_by_proxy: of(pool, "client_cut"),
    denied_logins: of(pool, "denied_logins"),
    slow_requests: of(pool, "slow_requests"),
    pending_requests: of(pool, "pending_requests"),
    bytes_in_flight: heldBytes,
  };
}

/** Requests by the family of their command, as the servers saw them: each part of a split one for itself. */
function commandStats({ servers }: PoolFigures): Fields {
  const byFamily = new Map<string, HistogramCounts>();
  for (const [family, counts] of Object.values(servers).flatMap(({ latency }) => Object.entries(latency))) {
    byFamily.set(family, addCounts([byFamily.get(family) ?? [], counts]));
  }
  const lines = [...byFamily].map(([family, counts]) => {
    const calls = countOf(counts);
    const usec = Math.round(sumOf(counts));
    const each = (usec / calls).toFixed(2);
    return [`cmdstat_${family}`, `calls=${calls},usec=${usec},usec_per_call=${each}`];
  });
  return Object.fromEntries(lines);
}

function errorStats(figures: Figures): Fields {
  const counts = Object.keys(FAILURE_KINDS).map((kind) => [kind, figures[`errors_${kind}`] ?? 0] as const);
  return Object.fromEntries(
    counts.filter(([, count]) => count > 0).map(([kind, count]) => [`errorstat_${kind}`, `count=${count}`]),
  );
}

function of({ figures }: PoolFigures, name: string): number {
  return figures[name] ?? 0;
}

function renderSection(name: string, fields: Fields): string {
  const title = name === "cpu" ? "CPU" : `${name[0]!.toUpperCase()}${name.slice(1)}`;
  return `# ${title}\r\n${Object.entries(fields).map(([key, value]) => `${key}:${value}\r\n`).join("")}`;
}
