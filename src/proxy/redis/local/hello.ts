/** HELLO: which version of the protocol is spoken, and on the same occasion who speaks. */
import { VERSION } from "../../../version.ts";
import { replyAlone } from "../../reply_alone.ts";
import { compareVersions, lowestVersion } from "../../server_versions.ts";
import { versionOf, withVersion } from "../../variant.ts";
import { arrayReply, bulkReply, errorReply, integerReply, mapReply } from "../replies.ts";
import type { RespVersion } from "../../../protocol/redis/resp_version.ts";
import { stateOf } from "../redis_session.ts";
import { authenticate } from "./authenticate.ts";
import { keyword, type LocalCall, type LocalCommand } from "./call.ts";
import { BAD_NAME, isValidName } from "./client.ts";
import { isInteger } from "./numbers.ts";

/** The first servers that speak RESP3. */
const RESP3_SINCE = "6.0.0";

/** What a HELLO asks for. */
interface Wish {
  /** Null: the version stays as it is. */
  version: RespVersion | null;
  credentials: readonly [user: string, password: Buffer] | null;
  name: string | null;
}

/** HELLO [2 | 3 [AUTH username password] [SETNAME name]]. */
export const hello: LocalCommand = (call) => {
  const wish = readWish(call);
  if (typeof wish === "string") return errorReply(wish);
  let serverVersion = "";
  const ready = lowestVersion(call.pool).then((version) => void (serverVersion = version));
  replyAlone(call.session, () => {
    const fault = grant(call, wish, serverVersion);
    return fault === "" ? welcome(call, serverVersion) : errorReply(fault);
  }, ready);
  return null;
};

/** What is asked for, or what is wrong with it. */
function readWish(call: LocalCall): Wish | string {
  const { args } = call;
  const wish: Wish = { version: null, credentials: null, name: null };
  if (args.length > 1) {
    const version = args[1]!.toString("latin1");
    if (!isInteger(version)) return "ERR Protocol version is not an integer or out of range";
    if (version !== "2" && version !== "3") return "NOPROTO unsupported protocol version";
    wish.version = version === "2" ? 2 : 3;
  }
  for (let i = 2; i < args.length;) {
    const option = keyword(call, i);
    if (option === "AUTH" && i + 2 < args.length) {
      wish.credentials = [args[i + 1]!.toString(), args[i + 2]!];
      i += 3;
    } else if (option === "SETNAME" && i + 1 < args.length) {
      wish.name = args[i + 1]!.toString("latin1");
      if (!isValidName(wish.name)) {
        return BAD_NAME;
      }
      i += 2;
    } else {
      return `ERR Syntax error in HELLO option '${args[i]!.toString("latin1")}'`;
    }
  }
  return wish;
}

/** Carries out what is asked for; all of it or, with an error text, nothing. */
function grant(call: LocalCall, { version, credentials, name }: Wish, serverVersion: string): string {
  const { session } = call;
  if (version === 3 && compareVersions(serverVersion, RESP3_SINCE) < 0) {
    return `NOPROTO unsupported protocol version: a server of this pool is Redis ${serverVersion}, ` +
      `and RESP3 takes ${RESP3_SINCE}`;
  }
  if (credentials !== null) {
    const fault = authenticate(call, ...credentials);
    if (fault !== "") return fault;
  }
  if (!session.client.authenticated) {
    return "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH " +
      "<user> <pass> option can be used to authenticate the client and select the RESP protocol version " +
      "at the same time";
  }
  if (name !== null) session.client.name = name;
  if (version !== null && version !== versionOf(session.variant)) {
    stateOf(session).switchTo(withVersion(session.variant, version));
  }
  return "";
}

function welcome({ session }: LocalCall, serverVersion: string): Uint8Array {
  const version = versionOf(session.variant);
  return mapReply(version, [
    bulkReply("server"),
    bulkReply("redis"),
    bulkReply("version"),
    bulkReply(serverVersion),
    bulkReply("proto"),
    integerReply(version),
    bulkReply("id"),
    integerReply(session.id),
    bulkReply("mode"),
    bulkReply("standalone"),
    bulkReply("role"),
    bulkReply("master"),
    bulkReply("modules"),
    arrayReply([]),
    bulkReply("sennit_version"),
    bulkReply(VERSION),
  ]);
}
