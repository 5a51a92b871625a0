/** The command line of `run`: nutcracker's flags, and what each of them leads to. */
import { existsSync } from "node:fs";
import { STATS_DUMP_DEFAULTS } from "../control/stats_dump_defaults.ts";
import { VERSION } from "../version.ts";
import { type Arguments, splitArguments, UsageError } from "./args.ts";
import { check } from "./check.ts";
import { describeStats } from "./describe_stats.ts";
import { help } from "./help.ts";
import { DEFAULT_CONFIG_FILE, RUN_FLAGS } from "./manual.ts";
import type { Output } from "./output.ts";
import type { RunOptions, StatsDumpFlags } from "./run.ts";

/** Highest level of nutcracker's log scale; higher ones mean the same. */
const MAX_LOG_LEVEL = 11;

/** What `start` leads to beside printing. */
export interface Runners {
  /** Runs the proxy until it is stopped. Shape: the exit code. */
  readonly run: (options: RunOptions) => Promise<number>;
  /** Runs this program with other arguments in the background. Shape: the exit code once it serves or has failed. */
  readonly daemonize: (argv: readonly string[]) => Promise<number>;
}

/**
 * Does what the flags in `argv` ask: print something and stop, or run the proxy until it is stopped.
 *
 * Shape: the exit code.
 * Errors: UsageError for a command line that can't be understood.
 */
export async function start(
  argv: readonly string[],
  output: Output,
  { run, daemonize }: Runners = RUNNERS,
): Promise<number> {
  const { flags, words } = splitArguments(argv, RUN_FLAGS);
  if (words.length > 0) {
    throw new UsageError(`${JSON.stringify(words[0])} is one word too many; a file is given with -c FILE`);
  }
  if (printAsked(flags, output)) return 0;
  const file = textOf(flags, "conf-file") ?? DEFAULT_CONFIG_FILE;
  if (!flags.has("conf-file") && !existsSync(file)) {
    output.err(
      `sennit: no -c FILE is given and there is no ${file}; write one, or run "sennit demo" to try it out`,
    );
    return 1;
  }
  if (flags.has("test-conf")) return await check(file, output);
  warnWithoutEffect(flags, output);
  if (flags.has("daemonize")) return await daemonize(argumentsWithout("daemonize", flags));
  const level = textOf(flags, "verbose");
  const verbosity = level === null ? null : Math.min(Number(level), MAX_LOG_LEVEL);
  return await run({
    file,
    verbosity,
    logFile: textOf(flags, "output"),
    pidFile: textOf(flags, "pid-file"),
    statsDump: statsDumpOf(flags),
  });
}

/** Loaded only when they are needed: help and check need none of it. */
const RUNNERS: Runners = {
  run: async (options) => (await import("./run.ts")).run(options),
  daemonize: async (argv) => {
    const { daemonize } = await import("../control/service/daemonize.ts");
    return await daemonize(argv, (text) => process.stderr.write(text));
  },
};

/** nutcracker opens its statistics port unasked; here one of its flags has to ask for it. */
function statsDumpOf(flags: Arguments["flags"]): StatsDumpFlags | null {
  const [port, host, interval] = [
    textOf(flags, "stats-port"),
    textOf(flags, "stats-addr"),
    textOf(flags, "stats-interval"),
  ];
  if (port === null && host === null && interval === null) return null;
  return {
    host: host ?? STATS_DUMP_DEFAULTS.host,
    port: Number(port ?? STATS_DUMP_DEFAULTS.port),
    intervalMs: Number(interval ?? STATS_DUMP_DEFAULTS.intervalMs),
  };
}

/** The flags as a command line again, but for one. */
function argumentsWithout(name: string, flags: Arguments["flags"]): string[] {
  const kept = [...flags].filter(([flag]) => flag !== name);
  return kept.map(([flag, value]) => value === true ? `--${flag}` : `--${flag}=${value}`);
}

/** Prints what was asked for instead of a run; false when nothing was. */
function printAsked(flags: Arguments["flags"], output: Output): boolean {
  if (flags.has("version")) output.out(`sennit ${VERSION}`);
  if (flags.has("help")) help([], output);
  if (flags.has("describe-stats")) output.out(describeStats());
  return flags.has("version") || flags.has("help") || flags.has("describe-stats");
}

function warnWithoutEffect(flags: Arguments["flags"], output: Output): void {
  for (const { name, short, remark } of RUN_FLAGS) {
    if (remark !== undefined && flags.has(name)) {
      output.err(`sennit: warning: -${short}, --${name} ${remark}`);
    }
  }
}

function textOf(flags: Arguments["flags"], name: string): string | null {
  const value = flags.get(name);
  return typeof value === "string" ? value : null;
}
