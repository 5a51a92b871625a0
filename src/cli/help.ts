/** `sennit help`: the usage, the manual of a command, and the references that are made from declarations. */
import { configJsonSchema, didYouMean, optionReference } from "../config/mod.ts";
import { eventReference } from "../control/log/events.ts";
import { type Flag, UsageError } from "./args.ts";
import { manPage } from "./man_page.ts";
import { type CommandManual, COMMANDS, HELP_TOPICS } from "./manual.ts";
import type { Output } from "./output.ts";
import { systemdUnit } from "./systemd.ts";

/** What can be asked about beside the commands. */
const REFERENCES: Record<typeof HELP_TOPICS[number], () => string> = {
  config: optionReference,
  schema: () => JSON.stringify(configJsonSchema(), null, 2),
  events: eventReference,
  systemd: systemdUnit,
  man: manPage,
};

/**
 * Prints the help on a topic, or the overview.
 *
 * Errors: UsageError for an unknown topic and for more than one.
 */
export function help(words: readonly string[], output: Output): number {
  const [topic, ...more] = words;
  if (more.length > 0) throw new UsageError("help takes one topic at a time");
  output.out(topic === undefined ? overview() : helpOn(topic));
  return 0;
}

function helpOn(topic: string): string {
  const reference = HELP_TOPICS.find((known) => known === topic);
  if (reference) return REFERENCES[reference]().trimEnd();
  const command = COMMANDS.find((known) => known.name === topic);
  if (command) return manualOf(command);
  const topics = [...COMMANDS.map((known) => known.name), ...HELP_TOPICS];
  throw new UsageError(`there is no help on "${topic}"${didYouMean(topic, topics)}`);
}

/** How to call each command, one line each. */
export function usage(): string {
  return COMMANDS.map(({ usage }, index) => `${index === 0 ? "Usage:" : "      "} sennit ${usage}`).join(
    "\n",
  );
}

function overview(): string {
  const [run] = COMMANDS;
  return [
    "sennit: a sharding proxy for Redis and memcached that takes nutcracker's configuration",
    "",
    usage(),
    "",
    "Commands:",
    ...columns(COMMANDS.map(({ name, summary }) => [name, summary])),
    "",
    "Flags of run:",
    ...columns(run.flags.map(flagRow)),
  ].join("\n");
}

function manualOf(command: CommandManual): string {
  const lines = [`Usage: sennit ${command.usage}`, "", command.summary];
  if (command.flags.length > 0) lines.push("", "Flags:", ...columns(command.flags.map(flagRow)));
  return lines.join("\n");
}

function flagRow(flag: Flag): [string, string] {
  const value = flag.value === undefined ? "" : ` ${flag.value}`;
  return [`-${flag.short}, --${flag.name}${value}`, flag.description];
}

/** Two columns, indented. */
function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
