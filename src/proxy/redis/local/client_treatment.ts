/** CLIENT NO-EVICT and NO-TOUCH: how a session is treated. */
import { replyAlone } from "../../reply_alone.ts";
import { compareVersions, lowestVersion } from "../../server_versions.ts";
import { databaseOf, isTouching, variantOf, versionOf } from "../../variant.ts";
import { errorReply, simpleReply } from "../replies.ts";
import { stateOf } from "../redis_session.ts";
import { keyword, type LocalCommand } from "./call.ts";

const OK = simpleReply("OK");
const SYNTAX_ERROR = errorReply("ERR syntax error");
/** The first servers that can read without touching. */
const NO_TOUCH_SINCE = "7.2.0";

/** CLIENT NO-EVICT ON | OFF. */
export const clientNoEvict: LocalCommand = (call) => {
  const mode = keyword(call, 2);
  if (mode !== "ON" && mode !== "OFF") return SYNTAX_ERROR;
  call.session.client.isKept = mode === "ON";
  return OK;
};

/** CLIENT NO-TOUCH ON | OFF: from here on over connections to the servers that don't touch what they read. */
export const clientNoTouch: LocalCommand = (call) => {
  const { session, pool } = call;
  const mode = keyword(call, 2);
  if (mode !== "ON" && mode !== "OFF") return SYNTAX_ERROR;
  if (isTouching(session.variant) === (mode === "OFF")) return OK;
  let serverVersion = "";
  const ready = lowestVersion(pool).then((version) => void (serverVersion = version));
  replyAlone(session, () => {
    if (mode === "ON" && compareVersions(serverVersion, NO_TOUCH_SINCE) < 0) {
      return errorReply(
        `ERR CLIENT NO-TOUCH takes Redis ${NO_TOUCH_SINCE}, and a server of this pool is Redis ${serverVersion}`,
      );
    }
    const { variant } = session;
    stateOf(session).switchTo(variantOf(versionOf(variant), databaseOf(variant), mode === "OFF"));
    return OK;
  }, ready);
  return null;
};
