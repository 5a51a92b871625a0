/** When a session closes by itself, and what is said of one that was lost. */
import { LEFT_IN_HANDSHAKE, TLS_REASON } from "../transport/tls.ts";
import type { ProxyEvent } from "./events.ts";
import { INTERNAL } from "./failure.ts";
import type { Session } from "./session.ts";

/** It doesn't. */
export const STAYS = 0;
/** At its first quiet moment: with nothing asked and nothing half sent. */
export const LEAVES = 1;
/** When what was asked is answered; what still comes is not read. */
export const ENDS = 2;

/** The reason with which a session is closed by force, after the true one was reported. */
export const CUT = "cut";

/** What is reported of a connection that broke for this reason. Clients that only knock, as health checks do, are no news. */
export function lossOf({ stream }: Session, reason: string): ProxyEvent {
  if (reason.startsWith(INTERNAL)) return "client.error";
  const isTls = stream.securing && reason.startsWith(TLS_REASON) && reason !== LEFT_IN_HANDSHAKE;
  return isTls ? "client.tls" : "client.lost";
}
