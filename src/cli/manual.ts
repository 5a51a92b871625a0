/** What there is to type: every command and flag, declared once. Parsing, help and suggestions read it. */
import { STATS_DUMP_DEFAULTS } from "../control/stats_dump_defaults.ts";
import { ADMIN_FLAGS } from "./admin_client.ts";
import type { Flag } from "./args.ts";

/** The description of a command. */
export interface CommandManual {
  readonly name: string;
  /** Its words and flags, as the usage line shows them behind the program's name. */
  readonly usage: string;
  /** One line. */
  readonly summary: string;
  readonly flags: readonly Flag[];
  /** What its words are: the name of a file, or one of these; absent when it takes none. */
  readonly words?: "FILE" | readonly string[];
}

/** What `help` knows beside the commands. */
export const HELP_TOPICS = ["config", "schema", "events", "systemd", "man"] as const;

/** The shells that `completions` writes for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** The file that is read when `-c` is left out. */
export const DEFAULT_CONFIG_FILE = "conf/nutcracker.yml";

const MAX_INT = 2 ** 31 - 1;

/** A flag that is taken for the sake of nutcracker's command lines; `remark` says why it changes nothing. */
function ignored(flag: Omit<Flag, "description" | "remark">, remark: string): Flag {
  return { ...flag, remark, description: `Accepted; ${remark}.` };
}

/** The flags of `run`, which is also what runs when no command is named: nutcracker's, under nutcracker's names. */
export const RUN_FLAGS: readonly Flag[] = [
  { name: "help", short: "h", description: "Print this help and exit." },
  { name: "version", short: "V", description: "Print the version and exit." },
  {
    name: "test-conf",
    short: "t",
    description: "Check the configuration file, print what it resolves to, and exit.",
  },
  { name: "describe-stats", short: "D", description: "Say what the statistics mean and exit." },
  {
    name: "conf-file",
    short: "c",
    value: "FILE",
    description: `Configuration file (default: ${DEFAULT_CONFIG_FILE}).`,
  },
  {
    name: "verbose",
    short: "v",
    value: "N",
    range: [0, MAX_INT],
    description: "How much is logged, 0 to 11 (default: the file's log.level, else 5).",
  },
  {
    name: "output",
    short: "o",
    value: "FILE",
    description: "Append the log to this file (default: the file's log.file, else standard error).",
  },
  {
    name: "daemonize",
    short: "d",
    description:
      "Run in the background; ends with 0 once the pools are served, with 1 and the reason if not.",
  },
  {
    name: "stats-port",
    short: "s",
    value: "N",
    range: [1, 65535],
    description: `Open nutcracker's statistics port: one line of JSON to whoever connects (default: ${
      String(STATS_DUMP_DEFAULTS.port)
    } when -a or -i is given).`,
  },
  {
    name: "stats-addr",
    short: "a",
    value: "ADDRESS",
    description: `Address of the statistics port (default: ${STATS_DUMP_DEFAULTS.host}).`,
  },
  {
    name: "stats-interval",
    short: "i",
    value: "MS",
    range: [0, MAX_INT],
    description: `How old its figures may be, in milliseconds (default: ${
      String(STATS_DUMP_DEFAULTS.intervalMs)
    }).`,
  },
  {
    name: "pid-file",
    short: "p",
    value: "FILE",
    description: "Write the process id to this file, and remove it at the end.",
  },
  ignored(
    { name: "mbuf-size", short: "m", value: "N", range: [512, 16_777_216] },
    "has no effect, since buffers have no fixed size here",
  ),
];

/** The flags of `upgrade`. */
export const UPGRADE_FLAGS: readonly Flag[] = [
  {
    name: "pid-file",
    short: "p",
    value: "FILE",
    description: "The file that names the running process; it names the new one afterwards.",
  },
  {
    name: "output",
    short: "o",
    value: "FILE",
    description: "The proxy's log; with it a failure is told at once, with its reason.",
  },
];

/** The flags of `init`. */
export const INIT_FLAGS: readonly Flag[] = [
  {
    name: "output",
    short: "o",
    value: "FILE",
    description: "Write to this file, which must not exist yet (default: standard output).",
  },
  {
    name: "protocol",
    short: "P",
    value: "NAME",
    description: "What the servers speak: redis or memcached (default: redis).",
  },
  {
    name: "listen",
    short: "l",
    value: "ADDRESS",
    description: "Where clients connect (default: 127.0.0.1:22121).",
  },
  {
    name: "servers",
    short: "s",
    value: "LIST",
    description: "Addresses of the servers, with commas between them (default: one on this machine).",
  },
];

/** The flags of `top`. */
export const TOP_FLAGS: readonly Flag[] = [
  ...ADMIN_FLAGS,
  {
    name: "interval",
    short: "i",
    value: "SECONDS",
    range: [1, 3600],
    description: "How often to look (default: 1).",
  },
  { name: "once", short: "1", description: "Print one look and exit, as where there is no terminal." },
];

/** The flags of `store`. */
export const STORE_FLAGS: readonly Flag[] = [
  {
    name: "listen",
    short: "l",
    value: "ADDRESS",
    description: "Where clients connect: host:port, or the path of a unix socket (default: 127.0.0.1:7001).",
  },
  {
    name: "durability",
    short: "u",
    value: "WHEN",
    description: "What is written is on the disk: before it is acknowledged (write, the default), " +
      "within a second (interval), or when the system likes (off).",
  },
  {
    name: "protocol",
    short: "P",
    value: "NAME",
    description: "What clients speak: redis, memcached, or either, as they begin (auto, the default).",
  },
  {
    name: "password-file",
    short: "w",
    value: "FILE",
    description: "Clients have to AUTH with its first line. Without, only this machine may reach the store.",
  },
];

/** Every command. */
export const COMMANDS = [
  {
    name: "run",
    usage: "[run] [-c FILE] [-v N] [-o FILE] [-p FILE] [-d]",
    summary: "Run the proxy; this is what happens when no command is named.",
    flags: RUN_FLAGS,
  },
  {
    name: "check",
    usage: "check FILE",
    summary: "Check a configuration file and print what it resolves to.",
    flags: [],
    words: "FILE",
  },
  {
    name: "init",
    usage: "init [-o FILE] [-P NAME] [-l ADDRESS] [-s LIST]",
    summary: "Write a configuration file to begin with; on a terminal, asks what is left out.",
    flags: INIT_FLAGS,
  },
  {
    name: "upgrade",
    usage: "upgrade -p FILE [-o FILE]",
    summary: "Have a running proxy hand over to the binary that is now on disk, and wait until it has.",
    flags: UPGRADE_FLAGS,
  },
  {
    name: "top",
    usage: "top [-a URL] [-k FILE] [-i SECONDS] [-1]",
    summary: "Show what a running proxy does, live; q ends it.",
    flags: TOP_FLAGS,
  },
  {
    name: "store",
    usage: "store [-l ADDRESS] [-u WHEN] [-P NAME] [-w FILE] DATABASE",
    summary: "Serve a database as Redis and memcached: sqlite:FILE, mysql://… or postgres://….",
    flags: STORE_FLAGS,
  },
  {
    name: "demo",
    usage: "demo",
    summary: "Run the proxy in front of two stores of its own, to try it out.",
    flags: [],
  },
  {
    name: "help",
    usage: `help [COMMAND | ${HELP_TOPICS.join(" | ")}]`,
    summary:
      "Explain a command, list options or events, print the file's JSON Schema, a systemd unit, a man page.",
    flags: [],
    words: HELP_TOPICS,
  },
  {
    name: "completions",
    usage: `completions ${SHELLS.join(" | ")}`,
    summary: "Print what makes a shell complete this program's command lines.",
    flags: [],
    words: SHELLS,
  },
  { name: "version", usage: "version", summary: "Print the version.", flags: [] },
] as const satisfies readonly CommandManual[];

/** The name of a command. */
export type CommandName = typeof COMMANDS[number]["name"];
