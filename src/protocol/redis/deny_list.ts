/**
 * Commands that nobody may send, by name (`flushall`, `json.set`), by name and subcommand (`config|set`) or by category
 * (`@dangerous`). Names are Redis's own, whatever a command has been renamed to.
 */
import { CATEGORIES } from "./acl/rules.ts";
import type { Command } from "./command.ts";
import { ALL_COMMANDS } from "./command_table.ts";
import { isLearned } from "./learned/learned_ids.ts";
import { isOfModule } from "./learned/module_name.ts";

/** What is wrong with an entry, and the words of which it may be a misspelling. */
export interface DenyFault {
  readonly reason: string;
  readonly known: readonly string[];
}

/**
 * Why the entry, in lower case, denies nothing; null when it denies something, or may once servers have told of their
 * commands. `declared` are names of commands that the table lacks.
 */
export function denyFault(entry: string, declared: readonly string[]): DenyFault | null {
  if (entry.startsWith("@")) {
    return CATEGORIES.includes(entry) ? null : { reason: "is not a category of commands", known: CATEGORIES };
  }
  const command = ALL_COMMANDS.find(({ name }) => name === entry);
  if (command === undefined) {
    const [first = "", , ...more] = entry.split("|");
    if (declared.includes(entry) || (isOfModule(first) && more.length === 0)) return null;
    return { reason: "is not a command", known: [...ALL_COMMANDS.map(({ name }) => name), ...declared] };
  }
  return isOpenToAll(command) ? { reason: "can't be denied: it is how clients log in", known: [] } : null;
}

/** The entry of the list that denies the command; null when none does. */
export function denyingEntry(entries: readonly string[], command: Command): string | null {
  if (entries.length === 0 || isOpenToAll(command)) return null;
  const container = command.name.split("|")[0]!;
  return entries.find((entry) =>
    entry === command.name || entry === container || command.categories.includes(entry)
  ) ?? null;
}

/** What a stranger may say: a pool that denied it would let nobody in. A server's word for that is not enough. */
function isOpenToAll({ id, flags }: Command): boolean {
  return !isLearned(id) && flags.includes("no_auth");
}
