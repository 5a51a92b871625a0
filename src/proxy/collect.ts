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
import type { Pool } from "./pool.ts";

/** The figures of pools, by name. Server figures that only the judge of servers knows are not among them. */
export function collectFigures(pools: readonly Pool[]): PoolsFigures {
  return Object.fromEntries(pools.map((pool) => [pool.config.name, figuresOfPool(pool)]));
}

function figuresOfPool(pool: Pool): PoolFigures {
  const { counters } = pool;
  let { receivedBytes, sentBytes } = counters;
  let pendingRequests = 0;
  let heldBytes = 0;
  for (const session of pool.sessions) {
    receivedBytes += session.stream.received;
    sentBytes += session.stream.outbox.written;
    pendingRequests += session.replies.pending;
    heldBytes += session.heldBytes;
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
    failed_handshakes: counters.failedHandshakes,
    requests: counters.requests,
    requests_per_second: counters.requestsPerSecond,
    received_bytes: receivedBytes,
    sent_bytes: sentBytes,
    pending_requests: pendingRequests,
    held_bytes: heldBytes,
    forgiven_gets: counters.forgiven,
    subscribed_channels: pool.subscribers.channels,
    subscriber_connections: pool.subscribers.links,
    heard_messages: pool.subscribers.messages,
    subscriber_gaps: pool.subscribers.gaps,
    slow_requests: counters.slowRequests,
    redirects_moved: counters.moved,
    redirects_ask: counters.asked,
    redirects_later: counters.deferred,
  };
  return {
    protocol: pool.config.redis ? "redis" : "memcached",
    figures: { ...(figures as Figures), ...failureFigures(counters.failures) },
    servers: Object.fromEntries(
      pool.backends.map((backend) => [backend.server.name, figuresOfServer(backend)]),
    ),
  };
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
