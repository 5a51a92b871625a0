/**
 * The type of `commands`: a map of names to declarations such as `read 1`. What they mean,
 * `protocol/redis/learned/declared_command.ts` knows.
 */
import type * as z from "zod";
import { ALL_COMMANDS } from "../protocol/redis/command_table.ts";
import { DeclarationFault, parseDeclared } from "../protocol/redis/learned/declared_command.ts";
import { isName } from "../protocol/redis/learned/told_command.ts";
import { quote } from "./fault.ts";
import { didYouMean } from "./suggest.ts";
import { InvalidValue, namedTexts, type PlainType } from "./value.ts";
import { optional } from "./value_types.ts";

/** A command that a pool declares. */
export interface CommandConfig {
  /** As it is written; case doesn't matter. */
  name: string;
  text: string;
}

const JSON_KEYWORDS = { type: "string", examples: ["read 1", "write 1, read 2..-1", "read none, arity -2"] };

/** The commands of a pool that its servers don't tell enough of, in the file's order; null when they are left out. */
export function commandMap(): PlainType<CommandConfig[] | null> {
  return optional({
    schema: namedTexts("commands", readCommand, JSON_KEYWORDS).superRefine(refuseTwins),
    label: "map of name: keys",
    show: (commands) => `{ ${commands.map(({ name, text }) => `${name}: ${text}`).join("; ")} }`,
    written: (commands) =>
      commands === null ? null : Object.fromEntries(commands.map(({ name, text }) => [name, text])),
  });
}

/** YAML tells names in capitals from others; Redis does not. */
function refuseTwins(commands: readonly CommandConfig[], context: z.RefinementCtx): void {
  const names = new Set<string>();
  for (const { name } of commands) {
    const lower = name.toLowerCase();
    if (names.has(lower)) {
      context.addIssue({ code: "custom", message: `${quote(name)} is declared twice`, path: [name] });
    }
    names.add(lower);
  }
}

/** Errors: InvalidValue that says what is wrong with the name or the declaration. */
function readCommand(name: string, text: string): CommandConfig {
  if (!isName(name) || name.includes("|")) {
    throw new InvalidValue(
      "the name of a command is one word without |; a command is declared with its subcommands",
    );
  }
  if (ALL_COMMANDS.some((command) => command.name === name.toLowerCase())) {
    throw new InvalidValue(`${quote(name)} is a command of Redis that needs no declaration`);
  }
  try {
    parseDeclared(text);
  } catch (error) {
    if (!(error instanceof DeclarationFault)) throw error;
    throw new InvalidValue(error.message + didYouMean(error.wanted, error.known));
  }
  return { name, text };
}
