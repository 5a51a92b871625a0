/**
 * Answers to COMMAND and its subcommands, from what is known of a pool's commands. COMMAND, COUNT, INFO, LIST and
 * DOCS know only what the pool serves, so that a client which asks before it sends is not promised a command that is
 * then refused. GETKEYS answers for every command that is known: where keys stand doesn't depend on who serves them.
 */
import { type Arguments, behind, isWord, textOf } from "../arguments.ts";
import type { Command, KeySpec } from "./command.ts";
import { type Catalogue, TABLE } from "./catalogue.ts";
import { describeCommand, documentCommand, statuses } from "./command_description.ts";
import { arityFits } from "./command_lookup.ts";
import { ALL_COMMANDS } from "./command_table.ts";
import { matchesGlob } from "./glob.ts";
import { KeyFinder } from "./key_finder.ts";
import { encodeReply, Failure, ReplyMap, type ReplyValue } from "./reply_value.ts";
import type { RespVersion } from "./resp_version.ts";

const BAR = 124;
/** The only module whose commands are in the table. */
const MODULE = "vectorset";

const TOO_MANY_NAMES = new Failure("ERR more names than there are commands");

const finder = new KeyFinder();
/** By the version and the name. */
const plainReplies = new WeakMap<Catalogue, Map<string, Uint8Array>>();

/**
 * The reply to COMMAND, or to COMMAND COUNT, INFO, LIST, DOCS, GETKEYS or GETKEYSANDFLAGS.
 *
 * Shape: `command` is the entry of what was asked, `args` the whole request; its arity has been checked.
 */
export function commandReply(
  command: Command,
  args: Arguments,
  version: RespVersion,
  catalogue: Catalogue = TABLE,
): Uint8Array {
  // Without further words the reply is always the same, and large.
  const isPlain = args.count === (command.name.includes("|") ? 2 : 1);
  const reply = () => encodeReply(answer(command.name, args, catalogue), version);
  return isPlain ? kept(catalogue, `${version} ${command.name}`, reply) : reply();
}

function kept(catalogue: Catalogue, name: string, make: () => Uint8Array): Uint8Array {
  let replies = plainReplies.get(catalogue);
  if (replies === undefined) plainReplies.set(catalogue, replies = new Map());
  let reply = replies.get(name);
  if (reply === undefined) replies.set(name, reply = make());
  return reply;
}

function answer(name: string, args: Arguments, catalogue: Catalogue): ReplyValue {
  switch (name) {
    case "command|count":
      return catalogue.served.length;
    case "command|info":
      return infoOf(args, catalogue);
    case "command|list":
      return listOf(args, catalogue);
    case "command|docs":
      return docsOf(args, catalogue);
    case "command|getkeys":
      return keysOf(args, false, catalogue);
    case "command|getkeysandflags":
      return keysOf(args, true, catalogue);
    default:
      return describeAll(catalogue);
  }
}

function describeAll(catalogue: Catalogue): ReplyValue {
  return catalogue.served.map((command) => describeCommand(command, catalogue));
}

/** COMMAND INFO [name ...] */
function infoOf(args: Arguments, catalogue: Catalogue): ReplyValue {
  if (args.count === 2) return describeAll(catalogue);
  if (hasTooManyNames(args, catalogue)) return TOO_MANY_NAMES;
  return named(args, catalogue).map((command) =>
    command === null ? null : describeCommand(command, catalogue)
  );
}

/** COMMAND DOCS [name ...] */
function docsOf(args: Arguments, catalogue: Catalogue): ReplyValue {
  if (hasTooManyNames(args, catalogue)) return TOO_MANY_NAMES;
  return new ReplyMap(
    documentedIn(args, catalogue).flatMap((command) => [command.name, documentCommand(command, catalogue)]),
  );
}

/** The served commands that COMMAND DOCS is asked about. */
export function documentedIn(args: Arguments, catalogue: Catalogue): readonly Command[] {
  if (args.count === 2) return catalogue.served;
  return named(args, catalogue).filter((command) => command !== null);
}

/** A name costs a few bytes to send and hundreds to answer; naming every command once is enough. */
export function hasTooManyNames(args: Arguments, { learned }: Catalogue): boolean {
  return args.count - 2 > ALL_COMMANDS.length + learned.length;
}

/** The served commands that arguments 2 and later name; null for the others. */
function named(args: Arguments, catalogue: Catalogue): (Command | null)[] {
  const found: (Command | null)[] = [];
  for (let i = 2; i < args.count; i++) {
    const command = catalogue.commandOf(wordsOfName(args, i));
    found.push(command !== null && catalogue.isServed(command) ? command : null);
  }
  return found;
}

/** The request that a full name stands for: `get`, and `config get` for `config|get`. */
function wordsOfName(args: Arguments, index: number): Arguments {
  const bytes = args.bytesOf(index);
  const [start, end] = [args.start(index), args.end(index)];
  let bar = start;
  while (bar < end && bytes[bar] !== BAR) bar++;
  return {
    count: bar === end ? 1 : 2,
    bytesOf: () => bytes,
    start: (word) => word === 0 ? start : bar + 1,
    end: (word) => word === 0 ? bar : end,
  };
}

/** COMMAND LIST [FILTERBY MODULE name | ACLCAT category | PATTERN pattern] */
function listOf(args: Arguments, catalogue: Catalogue): ReplyValue {
  const all = catalogue.served.flatMap((command) => [command, ...catalogue.subcommandsOf(command)]);
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
function keysOf(args: Arguments, withFlags: boolean, catalogue: Catalogue): ReplyValue {
  const inner = behind(args, 2);
  const command = catalogue.commandOf(inner);
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
