/** Why a request got an error from the proxy instead of a reply: one line per kind. */
export const FAILURE_KINDS = {
  timeout: "its reply, or the connection for it, did not come in time",
  refused: "the server accepts no connections",
  reset: "the connection broke",
  eof: "the server closed the connection",
  unreachable: "there is no way to the server, or its name has no address",
  tls: "the server is not whom it should be, or a secure connection failed",
  protocol: "the server sent what is no reply",
  greeting: "the server did not accept the password or the database",
  no_server: "all servers are out of the ring",
  closed: "the proxy closed the connection",
  internal: "a fault of the proxy",
} as const;

/** A kind of failure. */
export type FailureKind = keyof typeof FAILURE_KINDS;

/** How often each kind of failure happened. */
export type FailureCounts = Record<FailureKind, number>;

/** No failures yet. */
export function noFailures(): FailureCounts {
  return Object.fromEntries(Object.keys(FAILURE_KINDS).map((kind) => [kind, 0])) as FailureCounts;
}
