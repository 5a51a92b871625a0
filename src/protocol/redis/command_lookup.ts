/** From the bytes of a command's name to its entry in the table; `NameIndex` says how. */
import type { Arguments } from "../arguments.ts";
import type { Command } from "./command.ts";
import { ALL_COMMANDS, COMMANDS } from "./command_table.ts";
import { NameIndex } from "./name_index.ts";

const commandIndex = new NameIndex(COMMANDS);
const subcommandIndexes = ALL_COMMANDS.map(({ subcommands }) =>
  subcommands.length === 0 ? null : new NameIndex(subcommands)
);

/** Of containers that the table lacks. */
const learnedIndexes = new WeakMap<Command, NameIndex>();

function learnedIndex(command: Command): NameIndex | null {
  if (command.subcommands.length === 0) return null;
  const known = learnedIndexes.get(command);
  if (known !== undefined) return known;
  const index = new NameIndex(command.subcommands);
  learnedIndexes.set(command, index);
  return index;
}

/**
 * The command named `bytes[start, end)`, in any case, or null.
 *
 * Cost: no allocation; bench/command_lookup.ts.
 */
export function lookupCommand(bytes: Uint8Array, start: number, end: number): Command | null {
  return commandIndex.find(bytes, start, end);
}

/**
 * The container's subcommand named `bytes[start, end)`, in any case, or null. The name is without the container's.
 *
 * Cost: as `lookupCommand`.
 */
export function lookupSubcommand(
  command: Command,
  bytes: Uint8Array,
  start: number,
  end: number,
): Command | null {
  const index = subcommandIndexes[command.id] ?? learnedIndex(command);
  return index === null ? null : index.find(bytes, start, end);
}

/** The subcommand that a request for `command` means when that has any, else the command; null when it has no such one. */
export function subcommandIn(command: Command, args: Arguments): Command | null {
  if (command.subcommands.length === 0 || args.count < 2) return command;
  return lookupSubcommand(command, args.bytesOf(1), args.start(1), args.end(1));
}

/** Whether a request of `count` arguments, its name included, can be for this command. */
export function arityFits({ arity }: Command, count: number): boolean {
  return arity > 0 ? count === arity : count >= -arity;
}
