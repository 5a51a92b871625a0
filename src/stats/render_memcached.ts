/** Figures as memcached's `stats`: its own names where the proxy has something of the kind. */
import type { InstanceFigures } from "./figures.ts";

/** What `stats` shows beside figures. */
export interface MemcachedFacts {
  /** The pool that is asked. */
  readonly pool: string;
  /** The lowest version of its servers. */
  readonly version: string;
  readonly maxClients: number;
}

/** Names and values in order. */
export function memcachedStats(
  instance: InstanceFigures,
  facts: MemcachedFacts,
): Record<string, string | number> {
  const { figures = {}, servers = {} } = instance.pools[facts.pool] ?? {};
  const workers = Object.values(instance.workers);
  const sum = (of: readonly { readonly figures: Readonly<Record<string, number>> }[], figure: string) => {
    return of.reduce((total, each) => total + (each.figures[figure] ?? 0), 0);
  };
  const pool = (figure: string) => figures[figure] ?? 0;
  return {
    pid: instance.pid,
    uptime: Math.floor((instance.nowMs - instance.startedAtMs) / 1000),
    time: Math.floor(instance.nowMs / 1000),
    version: facts.version,
    sennit_version: instance.version,
    pointer_size: 64,
    rusage_user: sum(workers, "cpu_user_seconds").toFixed(6),
    rusage_system: sum(workers, "cpu_system_seconds").toFixed(6),
    max_connections: facts.maxClients,
    curr_connections: pool("client_connections"),
    total_connections: pool("client_accepted"),
    rejected_connections: pool("client_rejected"),
    cmd_total: pool("requests"),
    bytes_read: pool("received_bytes"),
    bytes_written: pool("sent_bytes"),
    server_failures: pool("forward_error"),
    get_failures_as_misses: pool("forgiven_gets"),
    client_protocol_errors: pool("client_faults"),
    clients_closed_by_proxy: pool("client_cut"),
    denied_commands: pool("denied_commands"),
    refused_writes: pool("refused_writes"),
    throttles: pool("throttles"),
    throttled_clients: pool("throttled_clients"),
    slow_requests: pool("slow_requests"),
    bytes_in_flight: sum(workers, "held_bytes"),
    servers: Object.keys(servers).length,
    server_connections: sum(Object.values(servers), "server_connections"),
    threads: workers.length,
  };
}
