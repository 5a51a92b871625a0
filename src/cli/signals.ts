/** What signals do to a running proxy. */
import type { Log } from "../control/log.ts";

const MAX_LEVEL = 11;

/**
 * Waits for SIGINT or SIGTERM; a second one ends the process at once. Meanwhile SIGHUP opens the log anew, and
 * SIGTTIN and SIGTTOU raise and lower its level, as in nutcracker.
 */
export function untilStopped(log: Log): Promise<string> {
  process.on("SIGHUP", () => log.reopen());
  process.on("SIGTTIN", () => setLevel(log, Math.min(MAX_LEVEL, log.level + 1)));
  process.on("SIGTTOU", () => setLevel(log, Math.max(0, log.level - 1)));
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(1));
        resolve(signal);
      });
    }
  });
}

function setLevel(log: Log, level: number): void {
  log.level = level;
  log.write("log.level", { verbosity: level });
}
