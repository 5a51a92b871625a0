/** Commands about the connection itself. */
import { replyAlone } from "../../reply_alone.ts";
import { USUAL, withDatabase } from "../../variant.ts";
import { databaseFault } from "../database_rules.ts";
import { arrayReply, bulkReply, errorReply, OK, simpleReply } from "../replies.ts";
import { stateOf } from "../redis_session.ts";
import { become } from "../users.ts";
import { authenticate } from "./authenticate.ts";
import type { LocalCommand } from "./call.ts";

/** PING [message]. */
export const ping: LocalCommand = (call) => {
  if (call.args.length > 2) return errorReply("ERR wrong number of arguments for 'ping' command");
  // Clients of RESP2 that are subscribed expect arrays only.
  if (call.session.client.redis?.isConfined) {
    return arrayReply([bulkReply("pong"), bulkReply(call.args[1] ?? "")]);
  }
  return call.args.length === 2 ? bulkReply(call.args[1]!) : simpleReply("PONG");
};

/** ECHO message. */
export const echo: LocalCommand = (call) => bulkReply(call.args[1]!);

/** QUIT: the session closes once everything before it is answered. */
export const quit: LocalCommand = (call) => {
  call.session.reply(OK);
  call.session.finishAfterReplies();
  return null;
};

/** AUTH [username] password. */
export const auth: LocalCommand = (call) => {
  if (call.args.length > 3) return errorReply("ERR syntax error");
  const user = call.args.length === 3 ? call.args[1]!.toString() : null;
  const fault = authenticate(call, user, call.args.at(-1)!);
  return fault === "" ? OK : errorReply(fault);
};

/** SELECT index. */
export const select: LocalCommand = ({ session, pool, args }) => {
  const index = args[1]!.toString("latin1");
  const fault = databaseFault(index, pool);
  if (fault !== "") return errorReply(fault);
  const variant = withDatabase(session.variant, Number(index));
  if (variant === session.variant) return OK;
  replyAlone(session, () => {
    stateOf(session).switchTo(variant);
    return OK;
  });
  return null;
};

/** RESET: back to a fresh connection. */
export const reset: LocalCommand = ({ session, users }) => {
  const { redis } = session.client;
  redis?.reset();
  replyAlone(session, () => {
    redis?.subscriptions.leaveAll();
    redis?.stopMonitoring();
    redis?.track(null);
    redis?.switchTo(USUAL);
    session.client.name = "";
    session.client.readsPrimaries = false;
    session.client.isKept = false;
    become(session, users.welcome);
    return simpleReply("RESET");
  });
  return null;
};
