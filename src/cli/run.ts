/** Runs the proxy: from a configuration file to listening sockets, and from a signal to an orderly end. */
import { formatFault } from "../config/mod.ts";
import { readConfigFile } from "../control/config_file.ts";
import { takeInheritance, tellReady } from "../control/handover.ts";
import { Log } from "../control/log.ts";
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
}

/** Runs the proxy until it is stopped by a signal. Shape: the exit code. */
export async function run(options: RunOptions): Promise<number> {
  const { config, faults, warnings } = await readConfigFile(options.file);
  for (const warning of warnings) console.error(`sennit: warning: ${formatFault(warning)}`);
  if (config === null) {
    for (const fault of faults) console.error(`sennit: ${formatFault(fault)}`);
    return 1;
  }
  const inheritance = takeInheritance();
  try {
    const { level, format, file } = config.log;
    const log = new Log({ level: options.verbosity ?? level, format, file: options.logFile ?? file });
    const starting = RunningInstance.start({ config, log, sockets: inheritance ?? {} });
    // Signals that come before the instance runs wait for it. What keeps a reload from being done is in the log.
    takeSignals(log, {
      reload: () => void starting.then((instance) => instance.reload()).catch(() => {}),
      upgrade: () => void starting.then((instance) => instance.upgrade()).catch(() => {}),
      stop: (signal) => void starting.then((instance) => instance.stop(signal)).catch(() => {}),
    });
    const instance = await starting;
    if (inheritance !== null) tellReady();
    await instance.ended();
    return 0;
  } catch (error) {
    console.error(`sennit: ${(error as Error).message}`);
    return 1;
  }
}
