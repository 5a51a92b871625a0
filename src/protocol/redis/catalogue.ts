/**
 * All commands of one pool: those of the table, without what its servers lack, and those that its servers told of or
 * its configuration declares. Immutable; what changes makes a new one.
 */
import type { Arguments } from "../arguments.ts";
import type { Command } from "./command.ts";
import { lookupCommand, subcommandIn } from "./command_lookup.ts";
import { COMMANDS } from "./command_table.ts";
import { NameIndex } from "./name_index.ts";

/** Whether the proxy serves a command whatever the servers have. */
function needsNoServer({ handling, group, name }: Command): boolean {
  return (handling === "local" || handling === "stateful") && group !== "pubsub" && !name.startsWith("wait");
}

/** What makes a catalogue other than the table. */
export interface CatalogueParts {
  /** Commands, and subcommands of containers that are in the table; with those that are refused. */
  readonly learned: readonly Command[];
  readonly isLacking: (command: Command) => boolean;
}

/** What a pool can do. */
export class Catalogue {
  /** The commands a request can begin with that are served, the table's first. */
  readonly served: readonly Command[];
  /** Learned commands, and subcommands of the table's containers, in the order of their names. */
  readonly learned: readonly Command[];
  /** Whether some server lacks a command of the table. */
  readonly isLacking: (command: Command) => boolean;
  readonly #index: NameIndex;
  /** Subcommands that the table's containers lack, by the container's name. */
  readonly #additions = new Map<string, { readonly commands: Command[]; readonly index: NameIndex }>();

  constructor({ learned, isLacking }: CatalogueParts) {
    this.learned = learned;
    this.isLacking = isLacking;
    const byContainer = Map.groupBy(learned, ({ name }) => containerOf(name));
    this.#index = new NameIndex(byContainer.get("") ?? []);
    for (const [name, commands] of byContainer) {
      if (name !== "") this.#additions.set(name, { commands, index: new NameIndex(commands) });
    }
    const beyond = byContainer.get("") ?? [];
    this.served = [...COMMANDS, ...beyond].filter((command) => this.isServed(command));
  }

  /** Whether the pool serves the command, or at least one of its subcommands. */
  isServed(command: Command): boolean {
    if (command.subcommands.length > 0) return this.subcommandsOf(command).length > 0;
    return command.handling !== "refuse" &&
      (needsNoServer(command) || !this.isLacking(command));
  }

  /** The subcommands that are served. */
  subcommandsOf({ name, subcommands }: Command): readonly Command[] {
    const all = [...subcommands, ...this.#additions.get(name)?.commands ?? []];
    return all.filter((each) => this.isServed(each));
  }

  /** A learned command, by its name in any case, or null. Cost: no allocation. */
  find(bytes: Uint8Array, start: number, end: number): Command | null {
    return this.#index.find(bytes, start, end);
  }

  /** A learned subcommand of a container of the table, that the request is for; or null. */
  subcommandOf({ name }: Command, args: Arguments): Command | null {
    const index = args.count < 2 ? undefined : this.#additions.get(name)?.index;
    return index?.find(args.bytesOf(1), args.start(1), args.end(1)) ?? null;
  }

  /** The command of a request, or its subcommand when it is a container's; null when there is no such one. */
  commandOf(args: Arguments): Command | null {
    const [bytes, start, end] = [args.bytesOf(0), args.start(0), args.end(0)];
    const command = lookupCommand(bytes, start, end) ?? this.find(bytes, start, end);
    return command === null ? null : subcommandIn(command, args) ?? this.subcommandOf(command, args);
  }
}

function containerOf(name: string): string {
  return name.slice(0, Math.max(0, name.indexOf("|")));
}

/** What a pool can do whose servers have not told anything. */
export const TABLE: Catalogue = new Catalogue({ learned: [], isLacking: () => false });
