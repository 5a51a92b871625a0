/** CLIENT REPLY. */
import { isWord } from "../../protocol/arguments.ts";
import type { RequestScanner } from "../../protocol/redis/request_scanner.ts";
import type { Session } from "../session.ts";
import { OK } from "./merges.ts";
import { stateOf } from "./redis_session.ts";
import { errorReply } from "./replies.ts";

/** CLIENT REPLY ON | OFF | SKIP. */
export function clientReply(session: Session, request: RequestScanner): void {
  const { replyMode } = stateOf(session);
  session.client.isPutBack = false;
  if (isWord(request, 2, "ON")) {
    replyMode.on();
    session.reply(OK);
  } else if (isWord(request, 2, "OFF")) {
    replyMode.off();
  } else if (isWord(request, 2, "SKIP")) {
    replyMode.skip();
  } else {
    session.reply(errorReply("ERR syntax error"));
  }
  stateOf(session).changed();
}
