/**
 * All commands of one pool, as its clients know them: those of the table, without what its servers lack, and those that
 * its servers told of or its configuration declares; some of them denied, renamed, or looked at before they are
 * served. One that has to differ for that is found as a stand-in: it has the name clients use, never takes the fast
 * path, and leads to the command itself, which alone is served and sent to servers. Immutable; what changes makes a new
 * one.
 */
import type { Arguments } from "../arguments.ts";
import type { Command } from "./command.ts";
import { subcommandIn } from "./command_lookup.ts";
import { COMMANDS } from "./command_table.ts";
import { NameIndex } from "./name_index.ts";

/** A command with another name; `newName` is empty when it has none, so that nobody can send it. */
export interface Rename {
  /** In lower case. */
  readonly name: string;
  readonly newName: string;
}

/** What the pool does not let its clients do as with a server alone. */
export interface Differences {
  readonly renames: readonly Rename[];
  /** Whether the command, or subcommand, is always refused: clients are not told of it. */
  isDenied(command: Command): boolean;
  /** Whether the command has to be looked at before it is served. */
  isGuarded(command: Command): boolean;
}

/** Clients may do what the servers can. */
export const NO_DIFFERENCES: Differences = {
  renames: [],
  isDenied: () => false,
  isGuarded: () => false,
};

/** What makes a catalogue other than the table. */
export interface CatalogueParts {
  /** Commands, and subcommands of containers that are in the table; with those that are refused. */
  readonly learned: readonly Command[];
  readonly isLacking: (command: Command) => boolean;
  readonly differences: Differences;
}

/** What a pool can do. */
export class Catalogue {
  /**
   * The commands a request can begin with that clients are told of when they ask for all, the table's first. Renamed
   * ones are not among them: whoever may use them was told the name.
   */
  readonly served: readonly Command[];
  /** Learned commands, and subcommands of the table's containers, in the order of their names. */
  readonly learned: readonly Command[];
  /** Whether some server lacks a command. */
  readonly isLacking: (command: Command) => boolean;
  /** By the names clients use. */
  readonly #index: NameIndex;
  /** By the names servers use. */
  readonly #realIndex: NameIndex;
  /** Of what is renamed, by the names servers use. */
  readonly #newNames: ReadonlyMap<string, string>;
  /** The commands that stand-ins stand for. */
  readonly #real = new Map<Command, Command>();

  constructor({ learned, isLacking, differences }: CatalogueParts) {
    this.learned = learned;
    this.isLacking = isLacking;
    const commands = withLearned(learned);
    const newNames = new Map(differences.renames.map(({ name, newName }) => [name, newName]));
    this.#newNames = newNames;
    const known = commands.flatMap((command) => {
      const name = newNames.get(command.name) ?? command.name;
      return name === "" ? [] : [this.#standInFor(command, name, differences)];
    });
    this.#realIndex = new NameIndex(commands);
    this.#index = new NameIndex(known);
    this.served = known.filter((each) => this.isServed(each) && this.realOf(each).name === each.name);
  }

  /** Whether the pool serves the command, or at least one of its subcommands. */
  isServed(command: Command): boolean {
    if (command.subcommands.length > 0) return this.subcommandsOf(command).length > 0;
    const real = this.realOf(command);
    return command.handling !== "refuse" && (needsNoServer(real) || !this.isLacking(real));
  }

  /** The subcommands that are served. */
  subcommandsOf({ subcommands }: Command): readonly Command[] {
    return subcommands.filter((each) => this.isServed(each));
  }

  /**
   * The command that clients of the pool call so, in any case, or null. It may be a stand-in: see `realOf`.
   *
   * Cost: no allocation; bench/command_lookup.ts.
   */
  find(bytes: Uint8Array, start: number, end: number): Command | null {
    return this.#index.find(bytes, start, end);
  }

  /** The command that one found here stands for: itself, unless it is a stand-in. */
  realOf(command: Command): Command {
    return this.#real.get(command) ?? command;
  }

  /** The command, or subcommand, that words of a client name, as clients know it; null when there is no such one. */
  knownAs(args: Arguments): Command | null {
    const command = this.find(args.bytesOf(0), args.start(0), args.end(0));
    return command === null ? null : subcommandIn(command, args);
  }

  /** The command, or subcommand, that a client's request is for; null when there is no such one. */
  commandOf(args: Arguments): Command | null {
    const known = this.knownAs(args);
    return known === null ? null : this.realOf(known);
  }

  /** The command, or subcommand, of a request in the words that servers get; null when there is no such one. */
  commandSent(args: Arguments): Command | null {
    const command = this.#realIndex.find(args.bytesOf(0), args.start(0), args.end(0));
    return command === null ? null : subcommandIn(command, args);
  }

  /** The name that clients have for the command, or for the container it is in; null when it is Redis's, or there is none. */
  newNameOf({ name }: Command): string | null {
    return this.#newNames.get(name.split("|")[0]!) || null;
  }

  /** The command itself where clients know it as servers have it. */
  #standInFor(command: Command, name: string, differences: Differences): Command {
    const isDenied = differences.isDenied(command);
    const subcommands = command.subcommands.map((sub) =>
      this.#standInFor(sub, name + sub.name.slice(sub.name.indexOf("|")), differences)
    );
    const isAsItIs = name === command.name && !isDenied && !differences.isGuarded(command) &&
      subcommands.every((sub, i) => sub === command.subcommands[i]);
    if (isAsItIs) return command;
    const handling = isDenied ? "refuse" : command.handling;
    const standIn: Command = { ...command, name, handling, subcommands, singleKey: false };
    this.#real.set(standIn, command);
    return standIn;
  }
}

/** The table's commands, their containers with the subcommands that were learned, and then the others. */
function withLearned(learned: readonly Command[]): Command[] {
  const byContainer = Map.groupBy(learned, ({ name }) => name.slice(0, Math.max(0, name.indexOf("|"))));
  const table = COMMANDS.map((command) => {
    const more = byContainer.get(command.name);
    return more === undefined ? command : { ...command, subcommands: [...command.subcommands, ...more] };
  });
  return [...table, ...byContainer.get("") ?? []];
}

/** Whether the proxy serves a command whatever the servers have. */
function needsNoServer({ handling, group, name }: Command): boolean {
  return (handling === "local" || handling === "stateful") && group !== "pubsub" && !name.startsWith("wait");
}

/** What a pool can do whose servers have not told anything, and whose clients may do it all. */
export const TABLE: Catalogue = new Catalogue({
  learned: [],
  isLacking: () => false,
  differences: NO_DIFFERENCES,
});
