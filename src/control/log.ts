/**
 * The log: one line per event, `time level event key=value …`, on standard error or in a file that is opened anew
 * when asked, so that it can be rotated. Levels are nutcracker's: an event is written when its level is not above
 * the configured one.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import type { Level } from "../proxy/mod.ts";

const NAMES: Record<Level, string> = { 3: "error", 4: "warn", 5: "notice", 6: "info" };
const STANDARD_ERROR = 2;

/** Writes events. */
export class Log {
  /** The highest level that is written. */
  level: number;
  readonly #file: string | null;
  #descriptor: number;

  /** Logs to `file`, or to standard error when it is null. Errors: throws when the file can't be opened. */
  constructor(level: number, file: string | null) {
    this.level = level;
    this.#file = file;
    this.#descriptor = file === null ? STANDARD_ERROR : openSync(file, "a", 0o644);
  }

  /** Writes one event; a log that can't be written to (a full disk) loses the line, never the proxy. */
  write(level: Level, event: string, facts: Record<string, string | number> = {}): void {
    if (level > this.level) return;
    const pairs = Object.entries(facts).map(([key, value]) => ` ${key}=${quote(value)}`).join("");
    try {
      writeSync(this.#descriptor, `${new Date().toISOString()} ${NAMES[level]} ${event}${pairs}\n`);
    } catch {
      // Nowhere to say it.
    }
  }

  /** Opens the file anew, after it was moved away; when that fails, goes on with the old one and says so there. */
  reopen(): void {
    if (this.#file === null) return;
    const old = this.#descriptor;
    try {
      this.#descriptor = openSync(this.#file, "a", 0o644);
      closeSync(old);
    } catch (error) {
      this.write(3, "log.failed", { file: this.#file, reason: (error as Error).message });
    }
  }
}

function quote(value: string | number): string {
  const text = String(value);
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}
