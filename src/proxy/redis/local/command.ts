/** COMMAND and its subcommands: what the pool can do, once its servers have told what they can. */
import { type Arguments, copiedArguments } from "../../../protocol/arguments.ts";
import { commandReply, documentedIn, hasTooManyNames } from "../../../protocol/redis/command_reply.ts";
import { docsReply } from "../command_docs.ts";
import { versionOf } from "../../variant.ts";
import { type LocalCall, type LocalCommand } from "./call.ts";

const command: LocalCommand = (call) => {
  const settled = call.learner.settled();
  if (settled === null) return answer(call, call.request);
  const request = copiedArguments(call.args);
  return settled.then(() => answer(call, request));
};

function answer(call: LocalCall, request: Arguments): Uint8Array {
  return commandReply(call.command, request, versionOf(call.session.variant), call.learner.catalogue);
}

/** COMMAND DOCS [name …]: a server's documentation of what the pool serves. */
const docs: LocalCommand = async (call) => {
  const request = copiedArguments(call.args);
  await call.learner.settled();
  const { catalogue } = call.learner;
  if (hasTooManyNames(request, catalogue)) return answer(call, request);
  return await docsReply(
    call.pool,
    call.learner,
    documentedIn(request, catalogue),
    versionOf(call.session.variant),
  );
};

/** By their names in the command table. */
export const COMMAND_COMMANDS: Record<string, LocalCommand> = {
  command,
  "command|count": command,
  "command|info": command,
  "command|list": command,
  "command|docs": docs,
  "command|getkeys": command,
  "command|getkeysandflags": command,
};
