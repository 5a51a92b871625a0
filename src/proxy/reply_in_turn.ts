/** Answers that are made when their turn to be written comes, because what goes before them changes them. */
import { turn } from "../transport/turn.ts";
import { LOCAL_COMMAND } from "./request.ts";
import type { Session } from "./session.ts";

/** Answers the current request with what `answer` gives in its turn, or in the first one after `ready` is done. */
export function replyInTurn(
  session: Session,
  answer: () => Uint8Array,
  ready: Promise<unknown> | null = null,
): void {
  const record = session.expect(LOCAL_COMMAND);
  session.charge(record);
  const deliver = (): void =>
    session.replies.deliverBody(record, {
      heldBytes: 0,
      writeTo(outbox) {
        const bytes = answer();
        outbox.append(bytes, 0, bytes.length);
      },
    });
  if (ready === null) {
    deliver();
  } else {
    void ready.then(() => {
      turn.begin();
      deliver();
    });
  }
}
