/** CLIENT, as far as it concerns the session that asks. */
import { type ClientDetails, detailClient } from "../../client_view.ts";
import { versionOf } from "../../variant.ts";
import { bulkReply, errorReply, integerReply, nullReply, OK, verbatimReply } from "../replies.ts";
import { keyword, type LocalCommand } from "./call.ts";

/** What is said of any other. */
export const BAD_NAME = "ERR Client names cannot contain spaces, newlines or special characters.";

/** Whether Redis accepts `name` as a client name: printable ASCII without spaces. */
export function isValidName(name: string): boolean {
  return /^[!-~]*$/.test(name);
}

/** CLIENT ID. */
export const clientId: LocalCommand = (call) => integerReply(call.session.id);

/** CLIENT GETNAME. */
export const clientGetName: LocalCommand = (call) =>
  call.session.client.name === ""
    ? nullReply(versionOf(call.session.variant))
    : bulkReply(call.session.client.name);

/** CLIENT SETNAME name. */
export const clientSetName: LocalCommand = (call) => {
  const name = call.args[2]!.toString("latin1");
  if (!isValidName(name)) return errorReply(BAD_NAME);
  call.session.client.name = name;
  return OK;
};

/** CLIENT SETINFO LIB-NAME name | LIB-VER version. */
export const clientSetInfo: LocalCommand = (call) => {
  const value = call.args[3]!.toString("latin1");
  const attribute = keyword(call, 2);
  if (attribute !== "LIB-NAME" && attribute !== "LIB-VER") {
    return errorReply(`ERR Unrecognized option '${call.args[2]!.toString("latin1")}'`);
  }
  if (!isValidName(value)) {
    return errorReply(
      `ERR ${attribute.toLowerCase()} cannot contain spaces, newlines or special characters.`,
    );
  }
  if (attribute === "LIB-NAME") call.session.client.libraryName = value;
  else call.session.client.libraryVersion = value;
  return OK;
};

/** CLIENT INFO. */
export const clientInfo: LocalCommand = (call) =>
  verbatimReply(versionOf(call.session.variant), clientLine(detailClient(call.session)));

/** A line of CLIENT LIST: the fields that mean something here, by Redis's names. */
export function clientLine(client: ClientDetails): string {
  const [channels, patterns, shardChannels] = client.subscriptions;
  const fields = {
    id: client.id,
    addr: client.address,
    laddr: client.localAddress,
    name: client.name,
    age: client.ageSeconds,
    idle: client.idleSeconds,
    flags: client.flags,
    db: client.database,
    sub: channels,
    psub: patterns,
    ssub: shardChannels,
    multi: client.queued,
    omem: client.unreadBytes,
    "tot-mem": client.heldBytes,
    cmd: client.lastCommand || "NULL",
    user: client.user || "(superuser)",
    redir: client.redirection,
    "lib-name": client.libraryName,
    "lib-ver": client.libraryVersion,
    resp: client.respVersion,
  };
  return Object.entries(fields).map(([key, value]) => `${key}=${value}`).join(" ") + "\n";
}
