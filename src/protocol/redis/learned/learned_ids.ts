/**
 * Numbers for commands that the table lacks. They lie behind the table's, and a name keeps its number for as long as
 * the process lives, so that what is counted and logged by number always means the same command.
 */
import { ALL_COMMANDS } from "../command_table.ts";

/** Names that get a number; a server with more commands of its own than this is not trusted to mean them. */
export const MOST_LEARNED = 1024;

/** Ids of commands are below this. */
export const COMMAND_IDS: number = ALL_COMMANDS.length + MOST_LEARNED;

const names: string[] = [];
const ids = new Map<string, number>();

/** The id of the command with this full name; -1 when there are no more. */
export function idOfLearned(name: string): number {
  const known = ids.get(name);
  if (known !== undefined) return known;
  if (names.length === MOST_LEARNED) return -1;
  const id = ALL_COMMANDS.length + names.push(name) - 1;
  ids.set(name, id);
  return id;
}

/** The name of the command with this id, the table's or a learned one; empty when there is no such command. */
export function commandName(id: number): string {
  return ALL_COMMANDS[id]?.name ?? names[id - ALL_COMMANDS.length] ?? "";
}

/** Whether this is no command of the table. */
export function isLearned(id: number): boolean {
  return id >= ALL_COMMANDS.length;
}
