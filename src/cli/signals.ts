/** What signals do to a running proxy. */
import type { Log } from "../control/log/log.ts";

const MAX_LEVEL = 11;

/** What signals can ask for. */
export interface SignalTaker {
  /** SIGHUP. */
  reload(): void;
  /** SIGUSR2. */
  upgrade(): void;
  /** SIGINT or SIGTERM. */
  stop(signal: string): void;
  /** A second one: the process ends when this returns. */
  abort(): void;
}

/** Has signals do what they do, and SIGTTIN and SIGTTOU raise and lower the log's level, as in nutcracker. */
export function takeSignals(log: Log, taker: SignalTaker): void {
  process.on("SIGHUP", () => {
    log.reopen();
    taker.reload();
  });
  process.on("SIGUSR2", () => taker.upgrade());
  process.on("SIGTTIN", () => setLevel(log, Math.min(MAX_LEVEL, log.level + 1)));
  process.on("SIGTTOU", () => setLevel(log, Math.max(0, log.level - 1)));
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      process.on("SIGINT", () => endNow(taker));
      process.on("SIGTERM", () => endNow(taker));
      taker.stop(signal);
    });
  }
}

function endNow(taker: SignalTaker): void {
  taker.abort();
  process.exit(1);
}

function setLevel(log: Log, level: number): void {
  log.level = level;
  log.write("log.level", { verbosity: level });
}
