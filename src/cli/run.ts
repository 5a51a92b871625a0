/** Runs the proxy: from a configuration file to listening sockets, and from a signal to an orderly end. */
import { type Config, formatFault } from "../config/mod.ts";
import { readConfigFile } from "../control/settings/config_file.ts";
import { isDaemon, leaveForeground } from "../control/service/daemonize.ts";
import { takeInheritance, tellReady } from "../control/sockets/handover.ts";
import { Lifecycle, type StartOptions } from "../control/lifecycle.ts";
import { Log, type LogOptions } from "../control/log/log.ts";
import { PidFile } from "../control/service/pid_file.ts";
import { serveStatsDump } from "../control/stats_dump.ts";
import { AdminFace } from "./admin_face.ts";
import { RENDERINGS } from "./renderings.ts";
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
  /** nutcracker's statistics port; null: none. */
  statsDump: StatsDumpFlags | null;
}

/** Where the statistics port is, and how old its figures may be. */
export interface StatsDumpFlags {
  readonly host: string;
  readonly port: number;
  readonly intervalMs: number;
}

/** Where a daemon logs that has no log file. */
const NOWHERE = "/dev/null";

/** Runs the proxy until it is stopped by a signal. Shape: the exit code. */
export async function run(options: RunOptions): Promise<number> {
  const daemon = isDaemon();
  const read = await readConfigFile(options.file);
  const { config, faults, warnings } = read;
  for (const warning of warnings) console.error(`sennit: warning: ${formatFault(warning)}`);
  if (config === null) {
    for (const fault of faults) console.error(`sennit: ${formatFault(fault)}`);
    return 1;
  }
  try {
    await serve({ ...read, config }, options, daemon);
    return 0;
  } catch (error) {
    console.error(`sennit: ${(error as Error).message}`);
    return 1;
  }
}

async function serve(read: StartOptions["read"], options: RunOptions, daemon: boolean): Promise<void> {
  const { config } = read;
  const logOptions = (config: Config) => logOptionsOf(config, options, daemon);
  const log = new Log(logOptions(config));
  if (daemon && logOptions(config).file === NOWHERE) {
    console.error("sennit: warning: nothing will be logged, since there is neither -o FILE nor log.file");
  }
  const inheritance = takeInheritance();
  const pidFile = options.pidFile ?? config.pidFile;
  if (inheritance === null) claimPidFile(pidFile, null);
  const starting = Lifecycle.start({ read, log, logOptions, sockets: inheritance?.sockets ?? {} });
  let abort = () => {};
  // Signals that come before the instance runs wait for it. What keeps a reload from being done is in the log.
  takeSignals(log, {
    reload: () => void starting.then((running) => running.reload()).catch(() => {}),
    upgrade: () => void starting.then((running) => running.upgrade()).catch(() => {}),
    stop: (signal) => void starting.then((running) => running.stop(signal)).catch(() => {}),
    abort: () => abort(),
  });
  const running = await starting;
  abort = () => running.abort();
  const faces = await orEnd(running, async () => {
    const opened = await openFaces(running, read, options, inheritance !== null);
    // Not before: a successor that fails must leave the file to its predecessor.
    if (inheritance !== null) claimPidFile(pidFile, inheritance.predecessor);
    return opened;
  });
  running.sayStarted();
  if (inheritance !== null) {
    tellReady();
    running.takeOver();
  }
  if (daemon) {
    leaveForeground();
    log.carryStandardStreams();
  }
  await running.ended();
  await faces.close();
}

/** Does what an instance that has started still needs. Errors: those of `work`; the instance has ended then. */
async function orEnd<T>(running: Lifecycle, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    running.stop("a failed start");
    await running.ended();
    throw error;
  }
}

/** What can be asked of the instance beside its pools. Errors: throws why it can't be opened. */
async function openFaces(
  running: Lifecycle,
  { config, texts }: StartOptions["read"],
  { statsDump }: RunOptions,
  takeOver: boolean,
): Promise<{ close(): Promise<void> }> {
  const { instance, report } = running;
  const admin = new AdminFace(instance, report);
  try {
    await admin.open(config, texts, takeOver);
    running.follow(admin);
    const dump = statsDump === null ? null : await serveStatsDump({
      address: { kind: "tcp", host: statsDump.host, port: statsDump.port },
      takeOver,
      intervalMs: statsDump.intervalMs,
      figures: () => instance.figures(),
      render: RENDERINGS.nutcracker,
      report,
    });
    return {
      async close() {
        dump?.stop();
        await admin.close();
      },
    };
  } catch (error) {
    await admin.close();
    throw error;
  }
}

function claimPidFile(path: string | null, predecessor: number | null): void {
  if (path === null) return;
  const pidFile = PidFile.claim(path, predecessor);
  process.once("exit", () => pidFile.release());
}

function logOptionsOf({ log }: Config, { verbosity, logFile }: RunOptions, daemon: boolean): LogOptions {
  const file = logFile ?? log.file ?? (daemon ? NOWHERE : null);
  return { level: verbosity ?? log.level, format: log.format, file };
}
