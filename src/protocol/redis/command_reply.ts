/**
 * Answers to COMMAND and its subcommands, from the table alone. COMMAND, COUNT, INFO, LIST and DOCS know only what
 * the pool serves, so that a client which asks before it sends is not promised a command that is then refused.
 * GETKEYS answers for every command in the table: where keys stand doesn't depend on who serves them.
 */
import { type Arguments, behind, isWord, textOf } from "../arguments.ts";
import type { Command, KeySpec } from "./command.ts";
import { describeCommand, documentCommand, isServed, statuses } from "./command_description.ts";
import { arityFits } from "./command_lookup.ts";
import { ALL_COMMANDS } from "./command_table.ts";
import { matchesGlob } from "./glob.ts";
import { KeyFinder } from "./key_finder.ts";
import type { KnownCommands } from "./known_commands.ts";
import { encodeReply, Failure, ReplyMap, type ReplyValue } from "./reply_value.ts";
import type { RespVersion } from "./resp_version.ts";

/** The only module whose commands are in the table. */
const MODULE = "vectorset";

const TOO_MANY_NAMES = new Failure("ERR more names than there are commands");

const finder = new KeyFinder();
/** By the version and the name. */
const plainReplies = new WeakMap<KnownCommands, Map<string, Uint8Array>>();

/**
 * The reply to COMMAND, or to COMMAND COUNT, INFO, LIST, DOCS, GETKEYS or GETKEYSANDFLAGS.
 *
 * Shape: `command` is the entry of what was asked, `args` the whole request; its arity has been checked.
 */
export function commandReply(
  command: Command,
  args: Arguments,
  version: RespVersion,
  known: KnownCommands,
): Uint8Array {
  // Without further words the reply is always the same, and large.
  const isPlain = args.count === (command.name.includes("|") ? 2 : 1);
  if (!isPlain) return encodeReply(answer(command.name, args, known), version);
  const replies = plainReplies.get(known) ?? new Map<string, Uint8Array>();
  plainReplies.set(known, replies);
  const name = `${version} ${command.name}`;
  const reply = replies.get(name) ?? encodeReply(answer(command.name, args, known), version);
  replies.set(name, reply);
  return reply;
}

function answer(name: string, args: Arguments, known: KnownCommands): ReplyValue {
  switch (name) {
    case "command|count":
      return known.listed.length;
    case "command|info":
      return infoOf(args, known);
    case "command|list":
      return listOf(args, known);
    case "command|docs":
      return docsOf(args, known);
    case "command|getkeys":
      return keysOf(args, known, false);
    case "command|getkeysandflags":
      return keysOf(args, known, true);
    default:
      return known.listed.map(describeCommand);
  }
}

/** COMMAND INFO [name ...] */
function infoOf(args: Arguments, known: KnownCommands): ReplyValue {
  if (args.count === 2) return known.listed.map(describeCommand);
  if (hasTooManyNames(args)) return TOO_MANY_NAMES;
  return named(args, known).map((command) => command === null ? null : describeCommand(command));
}

/** COMMAND DOCS [name ...] */
function docsOf(args: Arguments, known: KnownCommands): ReplyValue {
  if (hasTooManyNames(args)) return TOO_MANY_NAMES;
  const commands = args.count === 2 ? known.listed : named(args, known);
  return new ReplyMap(
    commands.flatMap((command) => command === null ? [] : [command.name, documentCommand(command)]),
  );
}

/** A name costs a few bytes to send and hundreds to answer; naming every command once is enough. */
function hasTooManyNames(args: Arguments): boolean {
  return args.count - 2 > ALL_COMMANDS.length;
}

/** The served commands that arguments 2 and later name; null for the others. */
function named(args: Arguments, known: KnownCommands): (Command | null)[] {
  const found: (Command | null)[] = [];
  for (let i = 2; i < args.count; i++) {
    const command = known.named(args.bytesOf(i), args.start(i), args.end(i));
    found.push(command !== null && isServed(command) ? command : null);
  }
  return found;
}

/** COMMAND LIST [FILTERBY MODULE name | ACLCAT category | PATTERN pattern] */
function listOf(args: Arguments, known: KnownCommands): ReplyValue {
  const all = known.listed.flatMap((command) => [command, ...command.subcommands.filter(isServed)]);
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
function keysOf(args: Arguments, known: KnownCommands, withFlags: boolean): ReplyValue {
  const inner = behind(args, 2);
  const command = known.find(inner);
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
