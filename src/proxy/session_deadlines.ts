/** How long a client may take. */
import type { Session } from "./session.ts";

/** Closes a session that takes longer than the pool allows. A fault of ours ends the session it happened in. */
export function tickSession(session: Session, now: number): void {
  try {
    checkDeadlines(session, now);
  } catch (error) {
    session.turnFailed(error as Error);
  }
}

/** One that is idle, or stuck in an upload. Subscribers and monitors are never idle. */
function checkDeadlines(session: Session, now: number): void {
  const quiet = now - session.lastActiveMs;
  const { clientIdleTimeoutMs, clientBodyTimeoutMs } = session.pool.config;
  const { redis } = session.client;
  const waits = session.replies.pending > 0 || redis?.isSubscriber || redis?.isMonitoring ||
    redis?.isTracking;
  if (session.isUploading && quiet > clientBodyTimeoutMs) {
    session.close("client_body_timeout: no progress in the middle of a request");
  } else if (clientIdleTimeoutMs > 0 && quiet > clientIdleTimeoutMs && !waits) {
    session.pool.sessionCut(session, "client_idle_timeout");
    session.finishAfterReplies();
  }
}
