/** Makes the catalogue of a pool of what its servers have told and its configuration declares. */
import type { CommandConfig } from "../../config/mod.ts";
import { Catalogue } from "../../protocol/redis/catalogue.ts";
import type { Command } from "../../protocol/redis/command.ts";
import { type DeclaredCommand, parseDeclared } from "../../protocol/redis/learned/declared_command.ts";
import { judgeAll } from "../../protocol/redis/learned/judge.ts";
import { learnedCommand } from "../../protocol/redis/learned/learned_command.ts";
import { hasCommand, type ServerCommands } from "../../protocol/redis/learned/server_commands.ts";

/** A server, and what it has told; null: nothing yet. */
export interface ServerAndCommands {
  readonly server: string;
  readonly commands: ServerCommands | null;
}

/**
 * What the pool can do. A command that only some servers have is served, and the others answer as servers do that
 * lack it; only one that all have is promised to a client that asks.
 */
export function catalogueOf(
  servers: readonly ServerAndCommands[],
  declared: readonly CommandConfig[] | null,
): Catalogue {
  const known = servers.flatMap(({ commands }) => commands === null ? [] : [commands]);
  const told = servers.flatMap(({ server, commands }) =>
    (commands?.told ?? []).map((command) => ({ server, command }))
  );
  const declarations = declarationsIn(declared);
  const learned = judgeAll(told, declarations).map(learnedCommand).filter((each) => each !== null);
  return new Catalogue({
    learned,
    isLacking: (command: Command) =>
      !declarations.has(command.name) && known.some((commands) => !hasCommand(commands, command)),
  });
}

function declarationsIn(declared: readonly CommandConfig[] | null): Map<string, DeclaredCommand> {
  return new Map((declared ?? []).map(({ name, text }) => [name.toLowerCase(), parseDeclared(text)]));
}
