/** Runs the proxy: from a configuration file to listening sockets, and from a signal to an orderly end. */
import { type Config, formatFault } from "../config/mod.ts";
import { type FileTexts, readConfigFile } from "../control/config_file.ts";
import { isDaemon, leaveForeground } from "../control/daemonize.ts";
import { takeInheritance, tellReady } from "../control/handover.ts";
import { Log } from "../control/log.ts";
import { PidFile } from "../control/pid_file.ts";
import { RunningInstance } from "../control/running_instance.ts";
import { takeSignals } from "./signals.ts";

/** What the command line of `run` asks for. */
export interface RunOptions {
  /** The configuration file. */
  file: string;
  /** Log level that goes before the file's; null: not given. */
  verbosity: number | null;
  /** Log file that goes before the file's; null: not given. */
  logFile: string | null;
  /** Where the process id is written, before the file's; null: not given. */
  pidFile: string | null;
}

/** Where a daemon logs that has no log file. */
const NOWHERE = "/dev/null";

/** Runs the proxy until it is stopped by a signal. Shape: the exit code. */
export async function run(options: RunOptions): Promise<number> {
  const daemon = isDaemon();
  const { config, texts, faults, warnings } = await readConfigFile(options.file);
  for (const warning of warnings) console.error(`sennit: warning: ${formatFault(warning)}`);
  if (config === null) {
    for (const fault of faults) console.error(`sennit: ${formatFault(fault)}`);
    return 1;
  }
  try {
    await serve(config, texts, options, daemon);
    return 0;
  } catch (error) {
    console.error(`sennit: ${(error as Error).message}`);
    return 1;
  }
}

async function serve(config: Config, texts: FileTexts, options: RunOptions, daemon: boolean): Promise<void> {
  const log = openLog(config, options, daemon);
  const inheritance = takeInheritance();
  const pidFile = options.pidFile ?? config.pidFile;
  if (inheritance === null) claimPidFile(pidFile, null);
  const starting = RunningInstance.start({ config, texts, log, sockets: inheritance?.sockets ?? {} });
  // Signals that come before the instance runs wait for it. What keeps a reload from being done is in the log.
  takeSignals(log, {
    reload: () => void starting.then((instance) => instance.reload()).catch(() => {}),
    upgrade: () => void starting.then((instance) => instance.upgrade()).catch(() => {}),
    stop: (signal) => void starting.then((instance) => instance.stop(signal)).catch(() => {}),
  });
  const instance = await starting;
  if (inheritance !== null) {
    // Not before: a successor that fails must leave the file to its predecessor.
    claimPidFile(pidFile, inheritance.predecessor);
    tellReady();
  }
  if (daemon) {
    leaveForeground();
    log.carryStandardStreams();
  }
  await instance.ended();
}

function claimPidFile(path: string | null, predecessor: number | null): void {
  if (path === null) return;
  const pidFile = PidFile.claim(path, predecessor);
  process.once("exit", () => pidFile.release());
}

function openLog(config: Config, { verbosity, logFile }: RunOptions, daemon: boolean): Log {
  const file = logFile ?? config.log.file;
  if (daemon && file === null) {
    console.error("sennit: warning: nothing will be logged, since there is neither -o FILE nor log.file");
  }
  return new Log({
    level: verbosity ?? config.log.level,
    format: config.log.format,
    file: file ?? (daemon ? NOWHERE : null),
  });
}
