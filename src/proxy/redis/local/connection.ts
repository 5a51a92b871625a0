/** Commands about the connection itself. */
import { replyAlone } from "../../reply_alone.ts";
import { USUAL, withDatabase } from "../../variant.ts";
import { arrayReply, bulkReply, errorReply, OK, simpleReply } from "../replies.ts";
import { stateOf } from "../redis_session.ts";
import { become } from "../users.ts";
import { authenticate } from "./authenticate.ts";
import type { LocalCommand } from "./call.ts";
import { isInteger } from "./numbers.ts";

const BEYOND_INT = "ERR value is out of range, value must between -2147483648 and 2147483647";

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
  if (!isInteger(index)) return errorReply("ERR value is not an integer or out of range");
  const database = Number(index);
  if (Math.abs(database + 0.5) > 2 ** 31) return errorReply(BEYOND_INT);
  if (database < 0 || database >= pool.config.databases) return errorReply("ERR DB index is out of range");
  const variant = withDatabase(session.variant, database);
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
