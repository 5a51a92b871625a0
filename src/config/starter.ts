/** A configuration file to begin with: what is chosen, and commented out beside it what is chosen next. */
import { ADMIN_OPTIONS, INSTANCE_OPTIONS, LOG_OPTIONS } from "./instance_options.ts";
import type { Options } from "./option.ts";
import { POOL_OPTIONS } from "./pool_options.ts";

/** What there is to choose. */
export interface StarterChoices {
  readonly protocol: string;
  readonly listen: string;
  /** As in the file: `address:weight`, with a name behind it or not. */
  readonly servers: readonly string[];
}

/** Options of a pool that people look for first. */
const NEXT_OF_POOL = [
  "distribution",
  "timeoutMs",
  "autoEjectHosts",
  "serverFailureLimit",
  "serverRetryTimeoutMs",
  "preconnect",
  "clientConnections",
] as const satisfies readonly (keyof typeof POOL_OPTIONS)[];

/** The file's text, in our form. What is chosen is not checked here: loading it does. */
export function starterFile({ protocol, listen, servers }: StarterChoices): string {
  return [
    "# `sennit check FILE` says what this file resolves to, `sennit help config` lists every option.",
    "# Lines such as `#timeout: 5000` show the default. After a change, send SIGHUP.",
    "",
    "pools:",
    "  main:",
    `    # ${POOL_OPTIONS.listen.description}`,
    `    listen: ${JSON.stringify(listen)}`,
    "    # What the servers speak: redis or memcached.",
    `    protocol: ${JSON.stringify(protocol)}`,
    "    # How keys are hashed. Choose before there is data: another hash moves keys.",
    "    hash: murmur",
    "    # host:port:weight, then a name: a server that keeps its name may move without moving keys.",
    "    servers:",
    ...servers.map((server) => `      - ${JSON.stringify(server)}`),
    "",
    ...suggested(POOL_OPTIONS, NEXT_OF_POOL).map((line) => `    ${line}`),
    "",
    ...suggested(INSTANCE_OPTIONS, ["workers"]),
    "#admin:",
    ...suggested(ADMIN_OPTIONS, ["listen"], "  "),
    "#log:",
    ...suggested(LOG_OPTIONS, ["level", "format"], "  "),
    "",
  ].join("\n");
}

/** Options at their defaults, to be uncommented; inside a map that is commented out too, by `indent` more. */
function suggested(options: Options, fields: readonly string[], indent = ""): string[] {
  return fields.flatMap((field) => {
    const { key, type, default: value, description } = options[field]!;
    const shown = typeof value === "number" ? String(value) : type.show(value);
    return [`# ${indent}${description}`, `#${indent}${key}: ${shown}`];
  });
}
