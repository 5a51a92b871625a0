/** ACL: who there is and what they may do. Users are the configuration's; none can be made or changed here. */
import { randomBytes } from "node:crypto";
import { behind } from "../../../protocol/arguments.ts";
import { CATEGORIES } from "../../../protocol/redis/acl/rules.ts";
import type { User } from "../../../protocol/redis/acl/user.ts";
import { arityFits } from "../../../protocol/redis/command_lookup.ts";
import { ALL_COMMANDS } from "../../../protocol/redis/command_table.ts";
import { versionOf } from "../../variant.ts";
import { arrayReply, bulkReply, errorReply, mapReply, nullReply, OK, setReply } from "../replies.ts";
import { type LocalCall, type LocalCommand } from "./call.ts";

const HIDDEN = "(hidden)";
const MOST_BITS = 4096;

/** ACL WHOAMI. */
export const aclWhoAmI: LocalCommand = (call) => bulkReply(call.session.client.user!.name);

/** ACL USERS. */
export const aclUsers: LocalCommand = (call) => arrayReply(call.users.all.map(({ name }) => bulkReply(name)));

/** ACL LIST: the rules as the configuration has them, without what says something of a password. */
export const aclList: LocalCommand = (call) =>
  arrayReply(call.users.all.map(({ name, rules }) => bulkReply(`user ${name} ${rules}`)));

/** ACL GETUSER name. */
export const aclGetUser: LocalCommand = (call) => {
  const user = call.users.named(textAt(call, 2));
  if (user === undefined) return nullReply(versionOf(call.session.variant));
  const flags = [user.enabled ? "on" : "off", ...(user.noPassword ? ["nopass"] : [])];
  const version = versionOf(call.session.variant);
  return mapReply(version, [
    bulkReply("flags"),
    setReply(version, flags.map((flag) => bulkReply(flag))),
    bulkReply("passwords"),
    arrayReply(Array.from({ length: user.passwords }, () => bulkReply(HIDDEN))),
    bulkReply("rules"),
    bulkReply(user.rules),
  ]);
};

/** ACL CAT [category]. */
export const aclCat: LocalCommand = (call) => {
  if (call.args.length > 3) return errorReply("ERR wrong number of arguments for 'acl|cat' command");
  if (call.args.length === 2) return arrayReply(CATEGORIES.map((category) => bulkReply(category.slice(1))));
  const category = textAt(call, 2).toLowerCase();
  if (!CATEGORIES.includes(`@${category}`)) return errorReply(`ERR Unknown category '${textAt(call, 2)}'`);
  const commands = ALL_COMMANDS.filter(({ categories }) => categories.includes(`@${category}`));
  return arrayReply(commands.map(({ name }) => bulkReply(name)));
};

/** ACL GENPASS [bits]. */
export const aclGenPass: LocalCommand = (call) => {
  const bits = call.args.length > 2 ? Number(textAt(call, 2)) : 256;
  if (call.args.length > 3 || !(Number.isInteger(bits) && bits > 0 && bits <= MOST_BITS)) {
    return errorReply(`ERR ACL GENPASS takes the number of bits, from 1 to ${MOST_BITS}`);
  }
  return bulkReply(randomBytes(Math.ceil(bits / 8)).toString("hex").slice(0, Math.ceil(bits / 4)));
};

/** ACL DRYRUN user command [argument …]. */
export const aclDryRun: LocalCommand = (call) => {
  const user: User | undefined = call.users.named(textAt(call, 2));
  if (user === undefined) return errorReply(`ERR User '${textAt(call, 2)}' not found`);
  const request = behind(call.request, 3);
  const command = call.learner.catalogue.commandOf(request);
  if (command === null) return errorReply(`ERR Command '${textAt(call, 3)}' not found`);
  if (!arityFits(command, request.count)) {
    return errorReply(`ERR wrong number of arguments for '${command.name}' command`);
  }
  const verdict = call.permissions.dryRun(user, command, request);
  return verdict === "OK" ? OK : bulkReply(verdict);
};

function textAt(call: LocalCall, index: number): string {
  return call.args[index]!.toString();
}
