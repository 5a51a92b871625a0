/** What one server has: the names of its commands, and how it describes those that the table lacks. */
import type { Command } from "../command.ts";
import { ALL_COMMANDS } from "../command_table.ts";
import type { ReplyValue } from "../reply_value.ts";
import { elementsOf, wordsOf } from "./fields.ts";
import { isName, readTold, type ToldCommand } from "./told_command.ts";

/** Names that a server is asked about. */
const MOST_ASKED = 2048;

const TABLE_NAMES: ReadonlySet<string> = new Set(ALL_COMMANDS.map(({ name }) => name));

/** A server's commands. */
export interface ServerCommands {
  /** Changes when the server is another or its commands are. */
  readonly fingerprint: string;
  /** Full names, lower case; before Redis 7 without those of subcommands. */
  readonly names: ReadonlySet<string>;
  /** Those that the table lacks. */
  readonly told: readonly ToldCommand[];
}

/** The names in a reply to COMMAND LIST. */
export function namesIn(reply: ReplyValue): Set<string> {
  return new Set(wordsOf(reply).map((name) => name.toLowerCase()).filter(isName));
}

/** The names to ask about: the table lacks them, and their containers don't describe them. */
export function unknownNames(names: ReadonlySet<string>): string[] {
  return [...names].filter((name) => !TABLE_NAMES.has(name) && !isDescribedByContainer(name)).slice(
    0,
    MOST_ASKED,
  );
}

/** The commands in a reply to COMMAND or COMMAND INFO. */
export function commandsIn(reply: ReplyValue): ToldCommand[] {
  return elementsOf(reply).map(readTold).filter((told) => told !== null);
}

/** Those that the table lacks. */
export function beyondTable(commands: readonly ToldCommand[]): ToldCommand[] {
  return commands.filter(({ name }) => !TABLE_NAMES.has(name) && !isDescribedByContainer(name));
}

/** Whether a server has a command of the table. A server that names no subcommands has all that its containers had. */
export function hasCommand({ names }: ServerCommands, { name }: Command): boolean {
  if (names.has(name)) return true;
  const bar = name.indexOf("|");
  return bar > 0 && names.has(name.slice(0, bar)) && !namesSubcommands(names);
}

function namesSubcommands(names: ReadonlySet<string>): boolean {
  return names.has("command|info") || names.has("config|get");
}

function isDescribedByContainer(name: string): boolean {
  const bar = name.indexOf("|");
  return bar > 0 && !TABLE_NAMES.has(name.slice(0, bar));
}
