/**
 * Replies that a client doesn't want to hear. Where replies go is switched in their order: a switch stands in the
 * queue like a reply, so that nothing needs to be looked at when a reply is delivered.
 */
import { Outbox } from "../transport/outbox.ts";
import { LOCAL_COMMAND, type ReplyBody } from "./request.ts";
import type { Session } from "./session.ts";

/** An outbox of a connection to nobody. */
class Nowhere extends Outbox {
  override append(): void {}
  override appendHeader(): void {}
}

/** Where replies go that nobody wants. */
export const NOWHERE: Outbox = new Nowhere({ change() {} });

/** Has the replies to what the session asks from now on go nowhere, or to the client again. */
export function silence(session: Session, isSilent: boolean): void {
  const { replies } = session;
  const body: ReplyBody = { heldBytes: 0, writeTo: () => replies.silence(isSilent) };
  replies.deliverBody(session.expect(LOCAL_COMMAND), body);
}
