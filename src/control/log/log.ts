/**
 * The log: one line per event, in text or JSON, on standard error or in a file that can be rotated. Levels are
 * nutcracker's: an event is written when its level is not above the configured one. Repeats are summed up, and lines
 * that a full disk swallowed are counted and owned up to.
 */
import type { EventDeclaration, Facts } from "../../proxy/mod.ts";
import { type EventName, EVENTS, LEVEL_NAMES } from "./events.ts";
import type { Step } from "../settings/follower.ts";
import { LogFile } from "./log_file.ts";
import { formatEntry, type LogFormat } from "./log_line.ts";
import { Repeats } from "./repeats.ts";

/** What can be chosen about the log. */
export interface LogOptions {
  /** The highest level that is written. */
  readonly level: number;
  readonly format: LogFormat;
  /** Null: standard error. */
  readonly file: string | null;
}

/** Writes events. */
export class Log {
  /** The highest level that is written. */
  level: number;
  #format: LogFormat;
  #file: LogFile;
  #carriesStreams = false;
  /** Lines that could not be written since the last one that could. */
  #lost = 0;
  readonly #repeats = new Repeats<EventName>((event, facts) => this.#put(event, facts));

  /** Errors: throws when the file can't be opened. */
  constructor({ level, format, file }: LogOptions) {
    this.level = level;
    this.#format = format;
    this.#file = new LogFile(file);
  }

  /** Writes one event, unless there were too many of its kind; what can't be written is lost, never the proxy. */
  write(event: EventName, facts: Facts = {}): void {
    if (levelOf(event) > this.level) return;
    if (this.#repeats.admits(event, facts, performance.now())) this.#put(event, facts);
  }

  /** Sums up what is due; `now` is in milliseconds on the process's clock. */
  tick(now: number): void {
    this.#repeats.tick(now);
  }

  /** Opens the file anew, after it was moved away; when that fails, goes on with the old one and says so there. */
  reopen(): void {
    try {
      this.#file.reopen();
      if (this.#carriesStreams) this.#file.carryStandardStreams();
    } catch (error) {
      this.write("log.failed", { reason: (error as Error).message });
    }
  }

  /** Gets ready to change what is named. Errors: throws when the new file can't be opened. */
  prepare({ level, format, file = this.#file.path }: Partial<LogOptions>): Step {
    const next = file === this.#file.path ? null : new LogFile(file);
    return {
      abort: () => next?.close(),
      commit: () => {
        if (next !== null) this.#moveTo(next);
        this.level = level ?? this.level;
        this.#format = format ?? this.#format;
      },
    };
  }

  /** Has standard output and standard error follow the log, now and wherever it goes: those of a daemon. */
  carryStandardStreams(): void {
    this.#carriesStreams = true;
    this.#file.carryStandardStreams();
  }

  /** Sums up what is left to be summed up; for the end of the process. */
  flush(): void {
    this.#repeats.flush();
  }

  #moveTo(file: LogFile): void {
    this.#file.close();
    this.#file = file;
    if (this.#carriesStreams) file.carryStandardStreams();
  }

  #put(event: EventName, facts: Facts): void {
    if (levelOf(event) > this.level) return;
    if (this.#lost > 0 && !this.#writeLine("log.recovered", { lost: this.#lost })) {
      this.#lost++;
      return;
    }
    this.#lost = this.#writeLine(event, facts) ? 0 : 1;
  }

  #writeLine(event: EventName, facts: Facts): boolean {
    const entry = { time: new Date(), level: LEVEL_NAMES[levelOf(event)], event, facts };
    return this.#file.write(formatEntry(entry, this.#format));
  }
}

function levelOf(event: EventName): EventDeclaration["level"] {
  return EVENTS[event].level;
}
