/** Runs the proxy: from a configuration file to listening sockets, and from a signal to an orderly end. */
import { type Config, formatAddress, formatFault } from "../config/mod.ts";
import { Log } from "../control/log.ts";
import { Worker } from "../control/worker.ts";
import { VERSION } from "../version.ts";
import { readConfigFile } from "../control/config_file.ts";
import { untilStopped } from "./signals.ts";

/** What the command line of `run` asks for. */
export interface RunOptions {
  /** The configuration file. */
  file: string;
  /** Log level that goes before the file's; null: not given. */
  verbosity: number | null;
  /** Log file that goes before the file's; null: not given. */
  logFile: string | null;
}

/** How long clients get to receive what they asked for before the process ends; milliseconds. */
const DRAIN_MS = 5000;

/** Runs the proxy until it is stopped by a signal. Shape: the exit code. */
export async function run(options: RunOptions): Promise<number> {
  const { config, faults, warnings } = await readConfigFile(options.file);
  for (const warning of warnings) console.error(`sennit: warning: ${formatFault(warning)}`);
  if (config === null) {
    for (const fault of faults) console.error(`sennit: ${formatFault(fault)}`);
    return 1;
  }
  try {
    return await serve(config, options);
  } catch (error) {
    console.error(`sennit: ${(error as Error).message}`);
    return 1;
  }
}

async function serve(config: Config, options: RunOptions): Promise<number> {
  const log = new Log(options.verbosity ?? config.log.level, options.logFile ?? config.log.file);
  const stopped = untilStopped(log);
  const worker = new Worker(config, (level, event, facts) => log.write(level, event, facts));
  await worker.start();
  for (const pool of config.pools) {
    log.write(5, "pool.listening", {
      pool: pool.name,
      protocol: pool.redis ? "redis" : "memcached",
      listen: formatAddress(pool.listen),
      servers: pool.servers.length,
      distribution: pool.distribution,
      hash: pool.hash,
    });
  }
  log.write(5, "started", { version: VERSION, file: config.file, pid: process.pid });
  const signal = await stopped;
  log.write(5, "stopping", { signal });
  await worker.drain(DRAIN_MS);
  log.write(5, "stopped");
  return 0;
}
