/** CLIENT LIST, KILL, PAUSE, UNPAUSE and UNBLOCK: what one client may do to the others of its pool. */
import { detailClient } from "../../client_view.ts";
import { type ClientFilter, fits } from "../../instance_clients.ts";
import { versionOf } from "../../variant.ts";
import { errorReply, integerReply, OK, verbatimReply } from "../replies.ts";
import { keyword, type LocalCall, type LocalCommand } from "./call.ts";
import { clientLine } from "./client.ts";

const CLIENT_TYPES = ["NORMAL", "MASTER", "REPLICA", "SLAVE", "PUBSUB"];
const SYNTAX_ERROR = "ERR syntax error";
const NO_SUCH_CLIENT = "ERR No such client";

/** CLIENT LIST [TYPE type | ID id …]: all clients of the pool, or who may not administer, the one that asks. */
export const clientList: LocalCommand = async (call) => {
  const { session, pool } = call;
  let ids: string[] | null = null;
  let type: ClientFilter = {};
  if (call.args.length > 2) {
    const option = keyword(call, 2);
    if (option === "TYPE" && call.args.length === 4) {
      const name = keyword(call, 3);
      if (!CLIENT_TYPES.includes(name)) return errorReply(`ERR Unknown client type '${call.args[3]}'`);
      type = typeFilter(name);
    } else if (option === "ID" && call.args.length > 3) {
      ids = call.args.slice(3).map((id) => id.toString("latin1"));
      if (!ids.every((id) => /^[1-9]\d*$/.test(id))) return errorReply("ERR Invalid client ID");
    } else {
      return errorReply(SYNTAX_ERROR);
    }
  }
  const clients = mayAdminister(call)
    ? await pool.shared.instance.clientsOf(pool.config.name)
    : [detailClient(session)];
  const shown = clients.filter((client) =>
    fits(client, type) && (ids === null || ids.includes(String(client.id)))
  );
  return verbatimReply(versionOf(call.session.variant), shown.map(clientLine).join(""));
};

/** CLIENT KILL address, or CLIENT KILL with options that say which clients are meant. */
export const clientKill: LocalCommand = async (call) => {
  const { session, pool } = call;
  const isOldForm = call.args.length === 3;
  const meant = isOldForm ? { filter: { address: text(call, 2) }, skipsMe: false } : readKillOptions(call);
  if (typeof meant === "string") return errorReply(meant);
  const others = { ...meant.filter, except: session.id };
  let killed = await pool.shared.instance.killClients(pool.config.name, others);
  if (!meant.skipsMe && fits(detailClient(session), meant.filter)) {
    killed++;
    // The reply goes first.
    session.finishAfterReplies();
  }
  if (!isOldForm) return integerReply(killed);
  return killed > 0 ? OK : errorReply(NO_SUCH_CLIENT);
};

/** Which clients the options of CLIENT KILL mean, or what is wrong with them. */
function readKillOptions(call: LocalCall): { filter: ClientFilter; skipsMe: boolean } | string {
  let filter: ClientFilter = {};
  let skipsMe = true;
  if (call.args.length % 2 !== 0) return SYNTAX_ERROR;
  for (let i = 2; i < call.args.length; i += 2) {
    const value = text(call, i + 1);
    switch (keyword(call, i)) {
      case "ID":
        if (!/^[1-9]\d*$/.test(value)) return "ERR client-id should be greater than 0";
        filter = { ...filter, ids: [Number(value)] };
        break;
      case "ADDR":
        filter = { ...filter, address: value };
        break;
      case "LADDR":
        filter = { ...filter, localAddress: value };
        break;
      case "USER":
        if (call.users.named(value) === undefined) return `ERR No such user '${value}'`;
        filter = { ...filter, user: value };
        break;
      case "MAXAGE":
        if (!/^[1-9]\d*$/.test(value)) return "ERR maxage is not an integer or out of range";
        filter = { ...filter, minAgeSeconds: Number(value) };
        break;
      case "TYPE":
        if (!CLIENT_TYPES.includes(value.toUpperCase())) return `ERR Unknown client type '${value}'`;
        filter = { ...filter, ...typeFilter(value.toUpperCase()) };
        break;
      case "SKIPME":
        if (!/^(yes|no)$/i.test(value)) return SYNTAX_ERROR;
        skipsMe = value.toLowerCase() === "yes";
        break;
      default:
        return SYNTAX_ERROR;
    }
  }
  return { filter, skipsMe };
}

/** CLIENT PAUSE milliseconds [WRITE | ALL]. */
export const clientPause: LocalCommand = async (call) => {
  const timeout = text(call, 2);
  const mode = call.args.length > 3 ? keyword(call, 3) : "ALL";
  if (call.args.length > 4) return errorReply(SYNTAX_ERROR);
  if (mode !== "ALL" && mode !== "WRITE") return errorReply("ERR CLIENT PAUSE mode must be WRITE or ALL");
  if (/^-\d{1,15}$/.test(timeout)) return errorReply("ERR timeout is negative");
  if (!/^\d{1,15}$/.test(timeout)) return errorReply("ERR timeout is not an integer or out of range");
  await call.pool.shared.instance.pauseClients(call.pool.config.name, Number(timeout), mode === "ALL");
  return OK;
};

/** CLIENT UNPAUSE. */
export const clientUnpause: LocalCommand = async (call) => {
  await call.pool.shared.instance.resumeClients(call.pool.config.name);
  return OK;
};

/** CLIENT UNBLOCK id [TIMEOUT | ERROR]. */
export const clientUnblock: LocalCommand = async (call) => {
  const id = text(call, 2);
  const reason = call.args.length > 3 ? keyword(call, 3) : "TIMEOUT";
  if (reason !== "TIMEOUT" && reason !== "ERROR") {
    return errorReply("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
  }
  if (call.args.length > 4) return errorReply(SYNTAX_ERROR);
  if (!/^-?\d{1,15}$/.test(id)) return errorReply("ERR value is not an integer or out of range");
  const { pool } = call;
  const answer = await pool.shared.instance.unblockClient(pool.config.name, Number(id), reason);
  return answer === "0" || answer === "1" ? integerReply(Number(answer)) : errorReply(`ERR ${answer}`);
};

/** The clients of a type; a pool has no replicas among them. */
function typeFilter(type: string): ClientFilter {
  if (type === "NORMAL" || type === "PUBSUB") return { isSubscriber: type === "PUBSUB" };
  return { ids: [] };
}

function mayAdminister({ session, permissions }: LocalCall): boolean {
  const { user } = session.client;
  return user !== null && permissions.mayAdminister(user);
}

function text(call: LocalCall, index: number): string {
  return call.args[index]!.toString("latin1");
}
