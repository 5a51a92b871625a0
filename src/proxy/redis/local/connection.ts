/** Commands about the connection itself. */
import { VERSION } from "../../../version.ts";
import { arrayReply, bulkReply, errorReply, integerReply, simpleReply } from "../replies.ts";
import { replyInTurn } from "../../reply_in_turn.ts";
import { lowestVersion } from "../../server_versions.ts";
import { authenticate } from "./authenticate.ts";
import { keyword, type LocalCall, type LocalCommand } from "./call.ts";
import { isValidName } from "./client.ts";
import { become } from "../users.ts";

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
  call.session.reply(simpleReply("OK"));
  call.session.finishAfterReplies();
  return null;
};

/** AUTH [username] password. */
export const auth: LocalCommand = (call) => {
  if (call.args.length > 3) return errorReply("ERR syntax error");
  const user = call.args.length === 3 ? call.args[1]!.toString() : null;
  const fault = authenticate(call, user, call.args.at(-1)!);
  return fault === "" ? simpleReply("OK") : errorReply(fault);
};

/** SELECT 0: a pool has one database. */
export const select: LocalCommand = (call) => {
  const index = call.args[1]!.toString("latin1");
  if (!/^-?\d+$/.test(index)) return errorReply("ERR value is not an integer or out of range");
  return Number(index) === 0 ? simpleReply("OK") : errorReply("ERR DB index is out of range");
};

/** RESET: back to a fresh connection. */
export const reset: LocalCommand = (call) => {
  const { session, users } = call;
  const { redis } = session.client;
  redis?.reset();
  session.client.name = "";
  become(session, users.welcome);
  if (redis === null) return simpleReply("RESET");
  replyInTurn(session, () => {
    redis.subscriptions.leaveAll();
    return simpleReply("RESET");
  });
  return null;
};

/** HELLO [2 [AUTH username password] [SETNAME name]]. */
export const hello: LocalCommand = async (call) => {
  const fault = hello2Fault(call);
  if (fault !== "") return errorReply(fault);
  return arrayReply([
    bulkReply("server"),
    bulkReply("redis"),
    bulkReply("version"),
    bulkReply(await lowestVersion(call.pool)),
    bulkReply("proto"),
    integerReply(2),
    bulkReply("id"),
    integerReply(call.session.id),
    bulkReply("mode"),
    bulkReply("standalone"),
    bulkReply("role"),
    bulkReply("master"),
    bulkReply("modules"),
    arrayReply([]),
    bulkReply("sennit_version"),
    bulkReply(VERSION),
  ]);
};

/** Carries out what HELLO asks for; all of it or, with an error text, nothing. */
function hello2Fault(call: LocalCall): string {
  const { args, session } = call;
  if (args.length > 1) {
    if (!/^\d+$/.test(args[1]!.toString("latin1"))) {
      return "ERR Protocol version is not an integer or out of range";
    }
    if (Number(args[1]) !== 2) return "NOPROTO unsupported protocol version";
  }
  let name: string | null = null;
  let credentials: [string, Buffer] | null = null;
  for (let i = 2; i < args.length;) {
    const option = keyword(call, i);
    if (option === "AUTH" && i + 2 < args.length) {
      credentials = [args[i + 1]!.toString(), args[i + 2]!];
      i += 3;
    } else if (option === "SETNAME" && i + 1 < args.length) {
      name = args[i + 1]!.toString("latin1");
      if (!isValidName(name)) {
        return "ERR Client names cannot contain spaces, newlines or special characters.";
      }
      i += 2;
    } else {
      return `ERR Syntax error in HELLO option '${args[i]!.toString("latin1")}'`;
    }
  }
  if (credentials !== null) {
    const fault = authenticate(call, ...credentials);
    if (fault !== "") return fault;
  }
  if (!session.client.authenticated) {
    return "NOAUTH HELLO must be called with the client already authenticated, " +
      "or with the AUTH option: HELLO 2 AUTH <username> <password>";
  }
  if (name !== null) session.client.name = name;
  return "";
}
