/** Answers that change what becomes of a session's later requests, such as which lanes they take. */
import { replyInTurn } from "./reply_in_turn.ts";
import type { Session } from "./session.ts";
import { ALONE } from "./stall.ts";

/**
 * Answers the current request with what `answer` gives, which is called when everything before it is answered (and
 * `ready` done) and before anything behind it is read.
 */
export function replyAlone(
  session: Session,
  answer: () => Uint8Array,
  ready: Promise<unknown> | null = null,
): void {
  session.hold(ALONE);
  replyInTurn(session, () => {
    try {
      return answer();
    } finally {
      session.letGo();
    }
  }, ready);
}
