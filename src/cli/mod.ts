/** The command line: finds the command that `argv` names and runs it. */
import { didYouMean } from "../config/mod.ts";
import { isWorkerProcess } from "../control/crew/worker_role.ts";
import { VERSION } from "../version.ts";
import { splitArguments, UsageError } from "./args.ts";
import { check } from "./check.ts";
import { completions } from "./completions.ts";
import { help, usage } from "./help.ts";
import { type CommandName, COMMANDS } from "./manual.ts";
import { type Output, PROCESS_OUTPUT } from "./output.ts";
import { start } from "./start.ts";

export { VERSION } from "../version.ts";

/** A command: takes what stands behind its name, gives the exit code. */
type Command = (argv: readonly string[], output: Output) => number | Promise<number>;

const IMPLEMENTATIONS: Record<CommandName, Command> = {
  run: (argv, output) => start(argv, output),
  check: (argv, output) => check(oneWord(argv, "FILE"), output),
  demo: async (argv, output) => {
    noWords(argv);
    const { demo } = await import("./demo.ts");
    return await demo(output);
  },
  store: async (argv, output) => {
    const { store } = await import("./store.ts");
    return await store(argv, output);
  },
  upgrade: async (argv, output) => {
    const { upgrade } = await import("./upgrade.ts");
    return await upgrade(argv, output);
  },
  top: async (argv, output) => {
    const { top } = await import("./top/top.ts");
    return await top(argv, output);
  },
  init: async (argv, output) => {
    const { init } = await import("./init.ts");
    return await init(argv, output);
  },
  completions: (argv, output) => completions(oneWord(argv, "shell"), output),
  help: (argv, output) => help(splitArguments(argv, []).words, output),
  version: (argv, output) => {
    noWords(argv);
    output.out(`sennit ${VERSION}`);
    return 0;
  },
};

/**
 * Runs the command line `argv`, without the program's own name.
 *
 * Shape: the exit code, 0 or 1, once the command has ended; for a proxy that is when it has been stopped.
 * Errors: a command line that can't be understood is answered with the usage on standard error.
 */
export async function main(argv: readonly string[], output: Output = PROCESS_OUTPUT): Promise<number> {
  if (isWorkerProcess()) {
    const { runWorkerProcess } = await import("../control/crew/worker_process.ts");
    return await runWorkerProcess();
  }
  try {
    return await dispatch(argv, output);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    output.err(`sennit: ${error.message}`);
    output.err(usage());
    return 1;
  }
}

function dispatch(argv: readonly string[], output: Output): number | Promise<number> {
  const [first, ...rest] = argv;
  if (first === undefined || first.startsWith("-")) return start(dashHelp(argv), output);
  const command = COMMANDS.find((known) => known.name === first);
  if (!command) {
    const closest = didYouMean(first, COMMANDS.map((known) => known.name));
    throw new UsageError(`there is no command ${JSON.stringify(first)}${closest}`);
  }
  if (command.name !== "run" && asksHelp(rest)) return help([command.name], output);
  return IMPLEMENTATIONS[command.name](dashHelp(rest), output);
}

/** nutcracker also answers to `-?`. */
function dashHelp(argv: readonly string[]): readonly string[] {
  return argv.map((word) => word === "-?" ? "-h" : word);
}

function asksHelp(argv: readonly string[]): boolean {
  return dashHelp(argv).some((word) => word === "-h" || word === "--help");
}

function oneWord(argv: readonly string[], what: string): string {
  const { words: [word, ...more] } = splitArguments(argv, []);
  if (word === undefined || more.length > 0) throw new UsageError(`exactly one ${what} is needed`);
  return word;
}

function noWords(argv: readonly string[]): void {
  if (argv.length > 0) throw new UsageError(`${JSON.stringify(argv[0])} is one word too many`);
}
