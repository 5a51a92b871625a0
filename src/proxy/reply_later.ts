/** Answers that take the proxy a while, such as one that depends on what servers say. */
import { turn } from "../transport/turn.ts";
import { LOCAL_COMMAND } from "./request.ts";
import type { Session } from "./session.ts";

/** Answers the current request once `answer` is there; later requests of the session wait for their turn meanwhile. */
export function replyLater(session: Session, answer: Promise<Uint8Array>): void {
  const record = session.expect(LOCAL_COMMAND);
  session.charge(record);
  const deliver = (bytes: Uint8Array): void => {
    turn.begin();
    session.replies.deliver(record, bytes, 0, bytes.length);
  };
  answer.then(deliver, (error) => deliver(session.pool.protocol.errorReply(error.message)));
}
