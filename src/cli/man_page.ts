/** `sennit help man`: the manual page, in the macros of man(7), made from the declarations. */
import { optionReference } from "../config/mod.ts";
import { VERSION } from "../version.ts";
import type { Flag } from "./args.ts";
import { type CommandManual, COMMANDS } from "./manual.ts";

/** The manual page as roff. */
export function manPage(): string {
  return [
    `.TH SENNIT 1 "" "sennit ${VERSION}" "User Commands"`,
    ".SH NAME",
    "sennit \\- makes a fleet of Redis and memcached servers look like one",
    ".SH SYNOPSIS",
    ...COMMANDS.flatMap(({ usage }) => [`.B sennit`, escaped(usage), ".br"]),
    ".SH DESCRIPTION",
    "A sharding proxy for Redis and memcached that takes nutcracker's configuration.",
    "SIGHUP reloads the configuration, SIGTERM and SIGINT see the clients off and end,",
    "SIGUSR2 hands over to the binary that is now on disk.",
    ".SH COMMANDS",
    ...COMMANDS.flatMap(commandPart),
    ".SH CONFIGURATION",
    ".nf",
    ...optionReference().trimEnd().split("\n").map(escaped),
    ".fi",
    "",
  ].join("\n");
}

function commandPart({ name, summary, flags }: CommandManual): string[] {
  return [`.SS ${name}`, escaped(summary), ...flags.flatMap(flagPart)];
}

function flagPart({ short, name, value, description }: Flag): string[] {
  const argument = value === undefined ? "" : ` ${value}`;
  return [
    ".TP",
    `.BR ${escaped(`-${short}`)} ", " "${escaped(`--${name}${argument}`)}"`,
    escaped(description),
  ];
}

/** Text that roff takes as it is: no escapes, no hyphens, no requests at the beginning of a line, no ellipses. */
function escaped(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("…", "...").replace(
    /^(?=['.])/,
    "\\&",
  );
}
