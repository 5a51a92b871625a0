/** CLIENT, as far as it concerns the session that asks. */
import { turn } from "../../../transport/turn.ts";
import { ALL_COMMANDS } from "../../../protocol/redis/command_table.ts";
import { bulkReply, errorReply, integerReply, simpleReply } from "../replies.ts";
import { keyword, type LocalCall, type LocalCommand } from "./call.ts";

const CLIENT_TYPES = ["NORMAL", "MASTER", "REPLICA", "SLAVE", "PUBSUB"];
const BAD_NAME = "ERR Client names cannot contain spaces, newlines or special characters.";

/** Whether Redis accepts `name` as a client name: printable ASCII without spaces. */
export function isValidName(name: string): boolean {
  return /^[!-~]*$/.test(name);
}

/** CLIENT ID. */
export const clientId: LocalCommand = (call) => integerReply(call.session.id);

/** CLIENT GETNAME. */
export const clientGetName: LocalCommand = (call) =>
  bulkReply(call.session.name === "" ? null : call.session.name);

/** CLIENT SETNAME name. */
export const clientSetName: LocalCommand = (call) => {
  const name = call.args[2]!.toString("latin1");
  if (!isValidName(name)) return errorReply(BAD_NAME);
  call.session.name = name;
  return simpleReply("OK");
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
  if (attribute === "LIB-NAME") call.session.libraryName = value;
  else call.session.libraryVersion = value;
  return simpleReply("OK");
};

/** CLIENT INFO. */
export const clientInfo: LocalCommand = (call) => bulkReply(describe(call));

/** CLIENT LIST: the one connection that asks; options only narrow it down. */
export const clientList: LocalCommand = (call) => {
  if (call.args.length === 2) return bulkReply(describe(call));
  const option = keyword(call, 2);
  if (option === "TYPE" && call.args.length === 4) {
    const type = keyword(call, 3);
    if (!CLIENT_TYPES.includes(type)) return errorReply(`ERR Unknown client type '${call.args[3]}'`);
    return bulkReply(type === "NORMAL" ? describe(call) : "");
  }
  if (option === "ID" && call.args.length > 3) {
    const ids = call.args.slice(3).map((id) => id.toString("latin1"));
    if (!ids.every((id) => /^[1-9]\d*$/.test(id))) return errorReply("ERR Invalid client ID");
    return bulkReply(ids.includes(String(call.session.id)) ? describe(call) : "");
  }
  return errorReply("ERR syntax error");
};

function describe({ session }: LocalCall): string {
  const fields = {
    id: session.id,
    addr: session.stream.peer,
    name: session.name,
    age: Math.floor((turn.now - session.createdMs) / 1000),
    idle: Math.floor((turn.now - session.lastActiveMs) / 1000),
    flags: "N",
    db: 0,
    omem: session.stream.outbox.bytes,
    cmd: ALL_COMMANDS[session.lastCommand]?.name ?? "NULL",
    user: "default",
    "lib-name": session.libraryName,
    "lib-ver": session.libraryVersion,
    resp: 2,
  };
  return Object.entries(fields).map(([key, value]) => `${key}=${value}`).join(" ") + "\n";
}
