/** Which commands the store serves, and with what. The table of commands says all else about them. */
import { Catalogue, NO_DIFFERENCES } from "../../protocol/redis/catalogue.ts";
import type { Command } from "../../protocol/redis/command.ts";
import { ALL_COMMANDS } from "../../protocol/redis/command_table.ts";
import type { Handler, Handlers } from "./call.ts";
import { CONNECTION_COMMANDS } from "./commands/connection.ts";
import { COUNTER_COMMANDS } from "./commands/counters.ts";
import { HASH_COMMANDS } from "./commands/hashes.ts";
import { LIST_COMMANDS } from "./commands/lists.ts";
import { SET_COMMANDS } from "./commands/sets.ts";
import { SET_ALGEBRA_COMMANDS } from "./commands/set_algebra.ts";
import { SORTED_SET_COMMANDS } from "./commands/sorted_sets.ts";
import { SORTED_RANGE_COMMANDS } from "./commands/sorted_ranges.ts";
import { SORTED_ALGEBRA_COMMANDS } from "./commands/sorted_algebra.ts";
import { TRANSACTION_COMMANDS } from "./commands/transactions.ts";
import { DUMP_COMMANDS } from "./commands/dump.ts";
import { KEY_COMMANDS } from "./commands/keys.ts";
import { KEYSPACE_COMMANDS } from "./commands/keyspace.ts";
import { commandCommands, SERVER_COMMANDS } from "./commands/server.ts";
import { STRING_COMMANDS } from "./commands/strings.ts";

const HANDLERS: Handlers = {
  ...STRING_COMMANDS,
  ...COUNTER_COMMANDS,
  ...TRANSACTION_COMMANDS,
  ...DUMP_COMMANDS,
  ...HASH_COMMANDS,
  ...LIST_COMMANDS,
  ...SET_COMMANDS,
  ...SET_ALGEBRA_COMMANDS,
  ...SORTED_SET_COMMANDS,
  ...SORTED_RANGE_COMMANDS,
  ...SORTED_ALGEBRA_COMMANDS,
  ...KEY_COMMANDS,
  ...KEYSPACE_COMMANDS,
  ...CONNECTION_COMMANDS,
  ...SERVER_COMMANDS,
  ...commandCommands(() => catalogue),
};

const byId = ALL_COMMANDS.map(({ name }) => HANDLERS[name] ?? null);

/** What serves the command; null: nothing. */
export function handlerOf(command: Command): Handler | null {
  return byId[command.id]!;
}

/** What COMMAND tells of: the table, without what is not served. */
class StoreCatalogue extends Catalogue {
  override isServed(command: Command): boolean {
    return handlerOf(command) !== null || command.subcommands.some((sub) => handlerOf(sub) !== null);
  }
}

const catalogue = new StoreCatalogue({
  learned: [],
  isLacking: (command) => handlerOf(command) === null,
  differences: NO_DIFFERENCES,
});

/** The commands that are served, or have subcommands that are. */
export function servedCommands(): readonly Command[] {
  return catalogue.served;
}
