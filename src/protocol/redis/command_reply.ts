/**
 * Answers to COMMAND and its subcommands, from the table alone. COMMAND, COUNT, INFO, LIST and DOCS know only what
 * the proxy serves, so that a client which asks before it sends is not promised a command that is then refused.
 * GETKEYS answers for every command in the table: where keys stand doesn't depend on who serves them.
 */
import { type Arguments, behind, isWord, textOf } from "../arguments.ts";
import type { Command, KeySpec } from "./command.ts";
import { describeCommand, documentCommand, isServed, statuses } from "./command_description.ts";
import { arityFits, findCommand, lookupCommand, lookupSubcommand } from "./command_lookup.ts";
import { ALL_COMMANDS, COMMANDS } from "./command_table.ts";
import { matchesGlob } from "./glob.ts";
import { KeyFinder } from "./key_finder.ts";
import { encodeReply, Failure, ReplyMap, type ReplyValue } from "./reply_value.ts";
import type { RespVersion } from "./resp_version.ts";

const BAR = 124;
/** The only module whose commands are in the table. */
const MODULE = "vectorset";

const TOO_MANY_NAMES = new Failure("ERR more names than there are commands");

const served = COMMANDS.filter(isServed);
const finder = new KeyFinder();
/** By the version and the name. */
const plainReplies = new Map<string, Uint8Array>();

/**
 * The reply to COMMAND, or to COMMAND COUNT, INFO, LIST, DOCS, GETKEYS or GETKEYSANDFLAGS.
 *
 * Shape: `command` is the entry of what was asked, `args` the whole request; its arity has been checked.
 */
export function commandReply(command: Command, args: Arguments, version: RespVersion): Uint8Array {
  // Without further words the reply is always the same, and large.
  const isPlain = args.count === (command.name.includes("|") ? 2 : 1);
  if (!isPlain) return encodeReply(answer(command.name, args), version);
  const name = `${version} ${command.name}`;
  let reply = plainReplies.get(name);
  if (reply === undefined) plainReplies.set(name, reply = encodeReply(answer(command.name, args), version));
  return reply;
}

function answer(name: string, args: Arguments): ReplyValue {
  switch (name) {
    case "command|count":
      return served.length;
    case "command|info":
      return infoOf(args);
    case "command|list":
      return listOf(args);
    case "command|docs":
      return docsOf(args);
    case "command|getkeys":
      return keysOf(args, false);
    case "command|getkeysandflags":
      return keysOf(args, true);
    default:
      return served.map(describeCommand);
  }
}

/** COMMAND INFO [name ...] */
function infoOf(args: Arguments): ReplyValue {
  if (args.count === 2) return served.map(describeCommand);
  if (hasTooManyNames(args)) return TOO_MANY_NAMES;
  return named(args).map((command) => command === null ? null : describeCommand(command));
}

/** COMMAND DOCS [name ...] */
function docsOf(args: Arguments): ReplyValue {
  if (hasTooManyNames(args)) return TOO_MANY_NAMES;
  const commands = args.count === 2 ? served : named(args);
  return new ReplyMap(
    commands.flatMap((command) => command === null ? [] : [command.name, documentCommand(command)]),
  );
}

/** A name costs a few bytes to send and hundreds to answer; naming every command once is enough. */
function hasTooManyNames(args: Arguments): boolean {
  return args.count - 2 > ALL_COMMANDS.length;
}

/** The served commands that arguments 2 and later name; null for the others. */
function named(args: Arguments): (Command | null)[] {
  const found: (Command | null)[] = [];
  for (let i = 2; i < args.count; i++) {
    const command = commandNamed(args.bytesOf(i), args.start(i), args.end(i));
    found.push(command !== null && isServed(command) ? command : null);
  }
  return found;
}

/** A command by its full name, such as `get` or `config|get`. */
function commandNamed(bytes: Uint8Array, start: number, end: number): Command | null {
  let bar = start;
  while (bar < end && bytes[bar] !== BAR) bar++;
  const command = lookupCommand(bytes, start, bar);
  return command === null || bar === end ? command : lookupSubcommand(command, bytes, bar + 1, end);
}

/** COMMAND LIST [FILTERBY MODULE name | ACLCAT category | PATTERN pattern] */
function listOf(args: Arguments): ReplyValue {
  const all = served.flatMap((command) => [command, ...command.subcommands.filter(isServed)]);
  const filter = args.count === 2 ? () => true : filterOf(args);
  return filter === null ? new Failure("ERR syntax error") : all.filter(filter).map(({ name }) => name);
}

function filterOf(args: Arguments): ((command: Command) => boolean) | null {
  if (args.count !== 5 || !isWord(args, 2, "FILTERBY")) return null;
  const value = textOf(args, 4).toLowerCase();
  if (isWord(args, 3, "ACLCAT")) return ({ categories }) => categories.includes(`@${value}`);
  if (isWord(args, 3, "PATTERN")) return ({ name }) => matchesGlob(value, name);
  if (isWord(args, 3, "MODULE")) return ({ flags }) => value === MODULE && flags.includes("module");
  return null;
}

/** COMMAND GETKEYS and GETKEYSANDFLAGS: the keys of the request that begins at argument 2. */
function keysOf(args: Arguments, withFlags: boolean): ReplyValue {
  const inner = behind(args, 2);
  const command = findCommand(inner);
  if (command === null) return new Failure("ERR Invalid command specified");
  if (!command.keys.some(({ isKey }) => isKey)) return new Failure("ERR The command has no key arguments");
  if (!arityFits(command, inner.count)) {
    return new Failure("ERR Invalid number of arguments specified for command");
  }
  const keys = collectKeys(command, inner, withFlags);
  if (keys.length > 0 || command.flags.includes("no_mandatory_keys")) return keys;
  return new Failure("ERR Invalid arguments specified for command");
}

/** The keys, each with its flags if wanted; empty when the arguments make no sense. */
function collectKeys(command: Command, args: Arguments, withFlags: boolean): ReplyValue[] {
  const keys: ReplyValue[] = [];
  for (const spec of command.keys) {
    const count = finder.findKeysOf(spec, args);
    if (count < 0 || (count === 0 && isMandatory(spec))) return [];
    const flags = statuses(spec.flags.filter((flag) => flag !== "variable_flags"));
    for (let i = 0; i < count; i++) {
      const name = textOf(args, finder.keys[i]!);
      keys.push(withFlags ? [name, flags] : name);
    }
  }
  return keys;
}

/** Keys behind a keyword may be missing; keys in their places may not. */
function isMandatory(spec: KeySpec): boolean {
  return spec.keyword === "" && spec.find !== "unknown";
}
