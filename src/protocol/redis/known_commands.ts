/**
 * The commands as the clients of one pool know them: all that Redis has, but for those that the configuration renames,
 * hides or denies. A command that differs from the table's is there as a stand-in: it has the name clients use, never
 * takes the fast path, and leads to the table's own, which alone is served and sent to servers.
 */
import type { Arguments } from "../arguments.ts";
import { COMMAND_INDEX, CommandIndex, lookupSubcommand, subcommandIn } from "./command_lookup.ts";
import type { Command } from "./command.ts";
import { isServed } from "./command_description.ts";
import { COMMANDS } from "./command_table.ts";

const BAR = 124;

/** A command with another name; `newName` is empty when it has none, so that nobody can send it. */
export interface Rename {
  /** In lower case. */
  readonly name: string;
  readonly newName: string;
}

/** What makes the commands of a pool differ from Redis's. */
export interface Differences {
  readonly renames: readonly Rename[];
  /** Whether the command, or subcommand, is always refused: clients are not told of it. */
  isDenied(command: Command): boolean;
  /** Whether the command has to be looked at before it is served. */
  isGuarded(command: Command): boolean;
}

/** The commands of one pool. */
export class KnownCommands {
  /** By the names clients use. What it finds may be a stand-in: see `realOf`. */
  readonly index: CommandIndex = COMMAND_INDEX;
  /**
   * Those that clients are told of when they ask for all. Renamed ones are not among them: whoever may use them was
   * told the name.
   */
  readonly listed: readonly Command[];
  readonly #real = new Map<Command, Command>();

  constructor(differences: Differences) {
    const newNames = new Map(differences.renames.map(({ name, newName }) => [name, newName]));
    const entries = COMMANDS.flatMap((command) => {
      const name = newNames.get(command.name) ?? command.name;
      if (name === "") return [];
      const entry = standInFor(command, name, differences);
      if (entry !== command) this.#real.set(entry, command);
      return [entry];
    });
    if (this.#real.size > 0 || newNames.size > 0) this.index = new CommandIndex(entries);
    this.listed = entries.filter((entry) => isServed(entry) && this.realOf(entry).name === entry.name);
  }

  /** The command of the table that `entry`, found by the index, stands for. */
  realOf(entry: Command): Command {
    return this.#real.get(entry) ?? entry;
  }

  /** The table's command, or subcommand, that a request is for; null when there is no such one. */
  find(args: Arguments): Command | null {
    const entry = this.index.find(args.bytesOf(0), args.start(0), args.end(0));
    return entry === null ? null : subcommandIn(this.realOf(entry), args);
  }

  /** A command as clients know it by its full name, such as `get` or `config|get`. */
  named(bytes: Uint8Array, start: number, end: number): Command | null {
    let bar = start;
    while (bar < end && bytes[bar] !== BAR) bar++;
    const entry = this.index.find(bytes, start, bar);
    return entry === null || bar === end ? entry : lookupSubcommand(entry, bytes, bar + 1, end);
  }
}

/** The command itself where clients know it as Redis has it. */
function standInFor(command: Command, name: string, differences: Differences): Command {
  const isDenied = differences.isDenied(command);
  const subcommands = command.subcommands.map((sub) =>
    standInFor(sub, name + sub.name.slice(sub.name.indexOf("|")), differences)
  );
  const isAsInTable = name === command.name && !isDenied && !differences.isGuarded(command) &&
    subcommands.every((sub, i) => sub === command.subcommands[i]);
  if (isAsInTable) return command;
  const handling = isDenied ? "refuse" : command.handling;
  return { ...command, name, handling, subcommands, singleKey: false };
}

/** Commands as Redis has them. */
export const AS_IN_REDIS: KnownCommands = new KnownCommands({
  renames: [],
  isDenied: () => false,
  isGuarded: () => false,
});
