/** What is told of a client connection that broke. */
import { LEFT_IN_HANDSHAKE, TLS_REASON } from "../transport/tls.ts";
import type { ProxyEvent } from "./events.ts";
import { INTERNAL } from "./failure.ts";
import type { Session } from "./session.ts";

/** The event that it is. Clients that only knock, as health checks do, are no news. */
export function lossOf({ stream }: Session, reason: string): ProxyEvent {
  if (reason.startsWith(INTERNAL)) return "client.error";
  const isTls = stream.securing && reason.startsWith(TLS_REASON) && reason !== LEFT_IN_HANDSHAKE;
  return isTls ? "client.tls" : "client.lost";
}
