/**
 * Gathers a worker's figures from the objects that have them. Nothing is kept for this: what goes up and down is
 * looked at when somebody asks.
 */
import type {
  Figures,
  PoolFigure,
  PoolFigures,
  PoolsFigures,
  ServerFigure,
  ServerFigures,
} from "../stats/mod.ts";
import type { Backend } from "./backend.ts";
import type { Lane } from "./lane.ts";
import { PATTERN, SHARD_CHANNEL } from "./pubsub/kind.ts";
import type { Pool } from "./pool.ts";
import type { PoolCounters } from "./pool_counters.ts";
import type { Member } from "./replicas/member.ts";
import type { RedisSession } from "./redis/redis_session.ts";

/** The figures of pools, by name. Server figures that only the judge of servers knows are not among them. */
export function collectFigures(pools: readonly Pool[]): PoolsFigures {
  return Object.fromEntries(pools.map((pool) => [pool.config.name, figuresOfPool(pool)]));
}

function figuresOfPool(pool: Pool): PoolFigures {
  const { counters } = pool;
  let { receivedBytes, sentBytes } = counters;
  let pendingRequests = 0;
  let heldBytes = 0;
  const states = {
    blocked_clients: 0,
    watching_clients: 0,
    subscribed_clients: 0,
    tracking_clients: 0,
    monitoring_clients: 0,
  };
  for (const session of pool.sessions) {
    receivedBytes += session.stream.received;
    sentBytes += session.stream.outbox.written;
    pendingRequests += session.replies.pending;
    heldBytes += session.heldBytes;
    if (session.client.redis !== null) countState(states, session.client.redis);
  }
  const failures = Object.entries(counters.failures);
  const figures: Partial<Record<PoolFigure, number>> = {
    client_eof: counters.clientEnds,
    client_err: counters.clientBreaks,
    client_connections: pool.sessions.size,
    forward_error: failures.reduce((sum, [, count]) => sum + count, 0),
    fragments: counters.fragments,
    client_accepted: counters.accepted,
    client_rejected: counters.rejected,
    client_cut: counters.cut,
    client_faults: counters.faults,
    denied_logins: counters.deniedLogins,
    denied_commands: counters.deniedCommands,
    refused_writes: counters.refusedWrites,
    throttles: counters.throttled,
    throttled_clients: pool.throttle.waiting,
    failed_handshakes: counters.failedHandshakes,
    requests: counters.requests,
    requests_per_second: counters.requestsPerSecond,
    received_bytes: receivedBytes,
    sent_bytes: sentBytes,
    pending_requests: pendingRequests,
    held_bytes: heldBytes,
    forgiven_gets: counters.forgiven,
    ...states,
    subscribed_channels: pool.subscribers.channels,
    subscribed_patterns: pool.subscribers.count(PATTERN),
    subscribed_shard_channels: pool.subscribers.count(SHARD_CHANNEL),
    subscriber_connections: pool.subscribers.links,
    tracking_connections: pool.tracking.links,
    heard_messages: pool.subscribers.messages,
    subscriber_gaps: pool.subscribers.gaps,
    slow_requests: counters.slowRequests,
    redirects_moved: counters.moved,
    redirects_ask: counters.asked,
    redirects_later: counters.deferred,
    ...(pool.replicas.reads === null ? {} : replicaFigures(counters)),
  };
  return {
    protocol: pool.config.redis ? "redis" : "memcached",
    figures: { ...(figures as Figures), ...failureFigures(counters.failures) },
    servers: Object.fromEntries([
      ...pool.backends.map((backend) => [backend.server.name, figuresOfServer(backend)]),
      ...pool.replicas.members.map((replica) => [replica.backend.server.name, figuresOfReplica(replica)]),
    ]),
  };
}

function replicaFigures(counters: PoolCounters): Partial<Record<PoolFigure, number>> {
  return {
    replica_reads: counters.replicaReads,
    repeated_reads: counters.repeatedReads,
    unfit_reads: counters.unfitReads,
    fresh_reads: counters.freshReads,
    hedged_reads: counters.hedgedReads,
    hedges_won: counters.hedgesWon,
  };
}

/** A replica is a server like any other, and more. */
function figuresOfReplica(replica: Member): ServerFigures {
  const { figures, latency } = figuresOfServer(replica.backend);
  const own: Partial<Record<ServerFigure, number>> = {
    replica_fit: replica.isFit ? 1 : 0,
    replica_lag_ms: Math.round(replica.lagMs),
    replica_lag_bytes: replica.lagBytes,
    replica_asked: replica.reads,
    replica_repeated: replica.repeated,
  };
  return { figures: { ...figures, ...(own as Figures) }, latency };
}

type States = Record<`${"blocked" | "watching" | "subscribed" | "tracking" | "monitoring"}_clients`, number>;

function countState(states: States, session: RedisSession): void {
  states.blocked_clients += Number(session.isBlocked);
  states.watching_clients += Number(session.pins.watching !== null);
  states.subscribed_clients += Number(session.isSubscriber);
  states.tracking_clients += Number(session.isTracking);
  states.monitoring_clients += Number(session.isMonitoring);
}

function figuresOfServer(backend: Backend): ServerFigures {
  backend.countBytes();
  const { counters, allLanes } = backend;
  const sum = (of: (lane: Lane) => number) => {
    return allLanes.reduce((total, lane) => total + of(lane), 0);
  };
  const waiting = sum(({ inFlight }) => inFlight.length);
  const unanswered = sum(({ inFlight, outbox }) => inFlight.countBefore(outbox.written));
  const figures: Partial<Record<ServerFigure, number>> = {
    server_eof: counters.ends,
    server_err: counters.breaks,
    server_timedout: counters.timeouts,
    server_connections: backend.connected,
    requests: counters.requests,
    request_bytes: counters.requestBytes,
    responses: counters.replies,
    response_bytes: counters.replyBytes,
    in_queue: waiting - unanswered,
    in_queue_bytes: sum(({ outbox }) => outbox.bytes),
    out_queue: unanswered,
    out_queue_bytes: sum(({ inFlight, outbox }) => {
      return Math.max(0, outbox.written - (inFlight.front?.sentAt ?? outbox.written));
    }),
    server_connects: counters.connects,
  };
  return {
    figures: { ...(figures as Figures), ...failureFigures(counters.failures) },
    latency: counters.latency.toCounts(),
  };
}

function failureFigures(failures: Readonly<Record<string, number>>): Figures {
  return Object.fromEntries(Object.entries(failures).map(([kind, count]) => [`errors_${kind}`, count]));
}
