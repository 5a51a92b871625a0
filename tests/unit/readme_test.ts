/** README says nothing about options, routes and events that the declarations don't. */
import { expect, test } from "bun:test";
import { optionReference } from "../../src/config/mod.ts";
import { eventReference } from "../../src/control/log/events.ts";
import { ALL_COMMANDS } from "../../src/protocol/redis/command_table.ts";
import { handlerOf, servedCommands } from "../../src/store/redis/handlers.ts";
import { routeTable } from "./admin/route_table.ts";

/** Commands that take `admin_commands`, as far as they are served. */
function administrativeCommands(): string {
  const served = ALL_COMMANDS.filter(({ administrative, handling }) =>
    administrative && handling !== "refuse"
  );
  return served.map(({ name }) => `- \`${name.toUpperCase().replace("|", " ")}\``).sort().join("\n");
}

/** What a store serves, by the groups of Redis's documentation. */
function storeCommands(): string {
  const groups = new Map<string, string[]>();
  for (const command of servedCommands()) {
    const names = command.subcommands.length === 0
      ? [command]
      : [command, ...command.subcommands].filter((each) => handlerOf(each) !== null);
    const group = groups.get(command.group) ?? [];
    groups.set(command.group, [...group, ...names.map(({ name }) => name.toUpperCase().replace("|", " "))]);
  }
  return Array.from(groups, ([group, names]) => `- ${group}: \`${names.join("`, `")}\``).join("\n");
}

test.each([
  { what: "options", reference: optionReference },
  { what: "routes", reference: routeTable },
  { what: "events", reference: eventReference },
  { what: "admin-commands", reference: administrativeCommands },
  { what: "store-commands", reference: storeCommands },
])("README's table of $what is the one the declarations render", async ({ what, reference }) => {
  const readme = await Bun.file(new URL("../../README.md", import.meta.url)).text();
  const section = new RegExp(`<!-- ${what} -->\n([\\s\\S]*)<!-- /${what} -->`).exec(readme)?.[1] ?? "";
  // How lines are broken is the formatter's affair.
  expect(section.trim().replaceAll(/\n +/g, " ")).toBe(reference().trim());
});
