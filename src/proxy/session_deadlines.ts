/** How long a client may take. */
import type { Session } from "./session.ts";

/** Closes a session that is idle, or stuck in an upload, for longer than the pool allows. Subscribers are never idle. */
export function checkDeadlines(session: Session, now: number): void {
  try {
    check(session, now);
  } catch (error) {
    // A fault of ours ends the session it happened in.
    session.turnFailed(error as Error);
  }
}

function check(session: Session, now: number): void {
  const quiet = now - session.lastActiveMs;
  const { clientIdleTimeoutMs, clientBodyTimeoutMs } = session.pool.config;
  const { redis, allowance } = session.client;
  const waits = session.replies.pending > 0 || redis?.isSubscriber || allowance?.isWaiting;
  if (session.isUploading && quiet > clientBodyTimeoutMs) {
    session.close("client_body_timeout: no progress in the middle of a request");
  } else if (clientIdleTimeoutMs > 0 && quiet > clientIdleTimeoutMs && !waits) {
    session.pool.sessionCut(session, "client_idle_timeout");
    session.finishAfterReplies();
  }
}
