/** The families of Redis commands: the groups of Redis's documentation, and one for what modules bring. */
import type { Command } from "../../protocol/redis/command.ts";
import { ALL_COMMANDS } from "../../protocol/redis/command_table.ts";
import { MODULES } from "../../protocol/redis/learned/learned_command.ts";
import { MOST_LEARNED } from "../../protocol/redis/learned/learned_ids.ts";
import { Families } from "../families.ts";

/** By the index of a command's figures. */
export const REDIS_FAMILIES: Families = new Families([
  ...ALL_COMMANDS.map(({ group }) => group),
  ...new Array<string>(MOST_LEARNED).fill(MODULES),
]);

/** Counts learned commands in the families that they turn out to belong to. */
export function assignFamilies(commands: readonly Command[]): void {
  for (const { id, group, subcommands } of commands) {
    REDIS_FAMILIES.assign(id + 1, group);
    assignFamilies(subcommands);
  }
}
