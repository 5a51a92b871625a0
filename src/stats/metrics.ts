/**
 * Every figure the proxy has, one declaration each: what it is called, what it means, how it adds up. Whatever shows
 * figures (JSON, Prometheus, INFO, `-D`) reads it here. nutcracker's keep nutcracker's names and order.
 */
import { FAILURE_KINDS, type FailureKind } from "./failure_kind.ts";
import { asInNutcracker, counter, gauge, type Metric } from "./metric.ts";

/** The proxy as a whole. */
export const INSTANCE_METRICS = {
  ...asInNutcracker({
    total_connections: counter(
      "connections_total",
      "connections made since the start, of clients and to servers",
    ),
    curr_connections: gauge("connections", "connections open now, of clients, to servers and for listening"),
  }),
  workers: gauge("workers", "workers that serve clients now"),
  worker_restarts: counter("worker_restarts_total", "workers started again because they had died"),
  reloads: counter("reloads_total", "reloads of the configuration", {
    labels: { result: "ok" },
    detail: ", carried out",
  }),
  failed_reloads: counter("reloads_total", "reloads of the configuration", {
    labels: { result: "failed" },
    detail: ", refused",
  }),
  last_reload_ok: gauge("last_reload_successful", "1 unless the last reload failed"),
};

/** One worker. */
export const PROCESS_METRICS = {
  cpu_user_seconds: counter("process_cpu_seconds_total", "CPU time", {
    labels: { mode: "user" },
    detail: " of its own",
  }),
  cpu_system_seconds: counter("process_cpu_seconds_total", "CPU time", {
    labels: { mode: "system" },
    detail: " of the system for it",
  }),
  resident_bytes: gauge("process_resident_memory_bytes", "resident memory"),
  heap_bytes: gauge("process_heap_bytes", "memory of the JavaScript heap"),
  clients: gauge("process_client_connections", "clients connected now"),
  accepted: counter("process_client_accepted_total", "client connections accepted by the worker"),
  max_clients: gauge("process_client_connections_limit", "clients that can be connected"),
  held_bytes: gauge("process_held_bytes", "bytes of requests and replies held now"),
  held_bytes_limit: gauge("process_held_bytes_limit", "bytes of requests and replies that may be held"),
  reserved_bytes: gauge("process_reserved_bytes", "bytes held for requests that are still to come"),
  queued_bytes: gauge("process_queued_bytes", "bytes held for servers that haven't taken them yet"),
};

/** One pool. */
export const POOL_METRICS = {
  ...asInNutcracker({
    client_eof: counter("client_disconnects_total", "client connections that ended", {
      labels: { how: "eof" },
      detail: ", by the client's will",
    }),
    client_err: counter("client_disconnects_total", "client connections that ended", {
      labels: { how: "error" },
      detail: ", in any other way",
    }),
    client_connections: gauge("client_connections", "clients connected now"),
    server_ejects: counter(
      "server_ejections_total",
      "servers taken out of the ring because they kept failing",
    ),
    forward_error: counter("error_replies_total", "requests answered with an error because a server failed"),
    fragments: counter("fragments_total", "parts that requests with several keys were split into"),
  }),
  client_accepted: counter("client_accepted_total", "client connections accepted"),
  client_rejected: counter("client_rejected_total", "client connections refused because there were too many"),
  client_cut: counter("client_cut_total", "clients disconnected for what they did or left undone"),
  client_faults: counter("client_faults_total", "clients that did not speak the protocol"),
  denied_logins: counter("denied_logins_total", "attempts to log in with a wrong password"),
  denied_commands: counter("refused_requests_total", "requests refused by the pool's guard rails", {
    labels: { rule: "deny" },
    detail: ", for a command on its deny list",
  }),
  refused_writes: counter("refused_requests_total", "requests refused by the pool's guard rails", {
    labels: { rule: "read_only" },
    detail: ", for writing while it is read-only",
  }),
  throttles: counter("throttles_total", "times that a client was not read from because of its user's limits"),
  throttled_clients: gauge("throttled_clients", "clients not read from now because of their users' limits"),
  failed_handshakes: counter(
    "failed_handshakes_total",
    "connections of clients that ended before TLS was up",
  ),
  requests: counter("requests_total", "requests of clients, those the proxy answers itself included"),
  requests_per_second: gauge("requests_per_second", "requests of clients in the last second"),
  received_bytes: counter("client_received_bytes_total", "bytes received from clients"),
  sent_bytes: counter("client_sent_bytes_total", "bytes sent to clients"),
  pending_requests: gauge("pending_requests", "requests of clients that wait for their reply now"),
  held_bytes: gauge("held_bytes", "bytes held for clients now: replies, and requests that can't go on yet"),
  forgiven_gets: counter("forgiven_gets_total", "failures of servers answered as misses"),
  blocked_clients: gauge("blocked_clients", "clients that wait for data now"),
  watching_clients: gauge("watching_clients", "clients that watch keys now"),
  subscribed_clients: gauge("subscribed_clients", "clients that listen to channels or patterns now"),
  tracking_clients: gauge("tracking_clients", "clients that are told of changes of keys now"),
  monitoring_clients: gauge("monitoring_clients", "clients that see the commands of all others now"),
  subscribed_channels: gauge(
    "subscribed_channels",
    "channels, sharded ones and patterns that clients of a worker listen to now",
  ),
  subscribed_patterns: gauge("subscribed_patterns", "patterns among them"),
  subscribed_shard_channels: gauge("subscribed_shard_channels", "sharded channels among them"),
  subscriber_connections: gauge(
    "subscriber_connections",
    "connections to servers that listen for clients now",
  ),
  tracking_connections: gauge(
    "tracking_connections",
    "connections to servers that hear of changes for clients now",
  ),
  heard_messages: counter("heard_messages_total", "messages heard for clients that have subscribed"),
  subscriber_gaps: counter(
    "subscriber_gaps_total",
    "times that a server clients listen to was not listened to",
  ),
  slow_requests: counter("slow_requests_total", "requests that took longer than the slow log's threshold"),
  redirects_moved: counter(
    "redirects_total",
    "requests that a cluster's node refused and that went out again",
    {
      labels: { kind: "moved" },
      detail: ", to the slot's new owner",
    },
  ),
  redirects_ask: counter(
    "redirects_total",
    "requests that a cluster's node refused and that went out again",
    {
      labels: { kind: "ask" },
      detail: ", to where the slot is moving",
    },
  ),
  redirects_later: counter(
    "redirects_total",
    "requests that a cluster's node refused and that went out again",
    {
      labels: { kind: "later" },
      detail: ", after a while",
    },
  ),
  replica_reads: counter("replica_reads_total", "reads that were sent to replicas"),
  repeated_reads: counter(
    "replica_repeated_reads_total",
    "reads that a replica could not answer, asked of the primary",
  ),
  unfit_reads: counter("replica_primary_reads_total", "reads for the primary in spite of its replicas", {
    labels: { because: "unfit" },
    detail: ", none of which was fit",
  }),
  fresh_reads: counter("replica_primary_reads_total", "reads for the primary in spite of its replicas", {
    labels: { because: "written" },
    detail: ", which may have lacked what was just written",
  }),
  hedged_reads: counter("hedged_reads_total", "reads that were asked of a second member too"),
  hedges_won: counter("hedged_reads_won_total", "reads that the second member answered first"),
  ...failures("errors_total"),
};

/** One server of a pool. */
export const SERVER_METRICS = {
  ...asInNutcracker({
    server_eof: counter(
      "server_disconnects_total",
      "connections to the server that ended, or could not be made",
      {
        labels: { how: "eof" },
        detail: ", by the server's will",
      },
    ),
    server_err: counter(
      "server_disconnects_total",
      "connections to the server that ended, or could not be made",
      {
        labels: { how: "error" },
        detail: ", in any other way",
      },
    ),
    server_timedout: counter("server_timeouts_total", "requests that got no reply in time"),
    server_connections: gauge("server_connections", "connections to the server open now"),
    server_ejected_at: gauge(
      "server_ejected_timestamp_seconds",
      "when it was last taken out of the ring",
      {
        detail: "; µs since 1970",
        scale: 1e-6,
        together: "most",
      },
    ),
    requests: counter(
      "server_requests_total",
      "requests sent to the server, fragments and the proxy's own included",
    ),
    request_bytes: counter("server_request_bytes_total", "bytes of those requests"),
    responses: counter("server_replies_total", "replies received from the server"),
    response_bytes: counter("server_reply_bytes_total", "bytes of those replies"),
    in_queue: gauge("server_queued_requests", "requests waiting to be sent now"),
    in_queue_bytes: gauge("server_queued_bytes", "bytes of those requests"),
    out_queue: gauge("server_unanswered_requests", "requests sent and not yet answered now"),
    out_queue_bytes: gauge("server_unanswered_bytes", "bytes of those requests"),
  }),
  server_connects: counter("server_connects_total", "connections made to the server"),
  server_live: gauge("server_live", "1 while it is in the ring", { together: "most" }),
  replica_fit: gauge("replica_fit", "1 while it is read from", {
    together: "least",
    detail: "; replicas only, as are the others of the kind",
  }),
  replica_lag_ms: gauge("replica_lag_seconds", "how far it was behind its primary when it last told", {
    detail: "; ms",
    scale: 1e-3,
    together: "most",
  }),
  replica_lag_bytes: gauge("replica_lag_bytes", "the same in bytes of the replication stream", {
    together: "most",
  }),
  replica_asked: counter("replica_asked_total", "reads it was sent, as a replica"),
  replica_repeated: counter("replica_repeated_total", "those of them that the primary had to answer"),
  ...failures("server_errors_total"),
};

/** The names of the figures of each scope. */
export type InstanceFigure = keyof typeof INSTANCE_METRICS;
export type ProcessFigure = keyof typeof PROCESS_METRICS;
export type PoolFigure = keyof typeof POOL_METRICS;
export type ServerFigure = keyof typeof SERVER_METRICS;

/** What Prometheus names begin with. */
export const PREFIX = "sennit_";

/** Histograms; they have no single figure. */
export const LATENCY = {
  prometheus: "server_latency_seconds",
  help: "from a request's last byte to its reply's, by the server and the family of the command",
};
export const LAG = {
  prometheus: "event_loop_lag_seconds",
  help: "how late the event loop was for its regular work",
};

/** Requests that failed, by kind. */
function failures(prometheus: string): Record<`errors_${FailureKind}`, Metric> {
  const help = "requests that got an error instead of a reply";
  const entries = Object.entries(FAILURE_KINDS).map(([kind, meaning]) => [
    `errors_${kind}`,
    counter(prometheus, help, { labels: { kind }, detail: `: ${meaning}` }),
  ]);
  return Object.fromEntries(entries);
}
