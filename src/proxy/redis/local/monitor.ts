/** MONITOR. */
import { replyAlone } from "../../reply_alone.ts";
import { stateOf } from "../redis_session.ts";
import { simpleReply } from "../replies.ts";
import type { LocalCommand } from "./call.ts";

const OK = simpleReply("OK");

/** MONITOR: once the clients of all workers are watched, what they send is shown, after this reply. */
export const monitor: LocalCommand = ({ session, pool }) => {
  replyAlone(session, () => {
    stateOf(session).monitor();
    return OK;
  }, pool.monitors.prepare().catch(() => {}));
  return null;
};
