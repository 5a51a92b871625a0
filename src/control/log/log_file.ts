/**
 * Where the log's lines go: a file, or standard error. Writing never waits and never throws. A line that can't be
 * written is lost, and half a line is ended before the next one begins.
 */
import { closeSync, constants, fstatSync, openSync, writeSync } from "node:fs";
import { redirect } from "../service/libc.ts";

const STANDARD_OUTPUT = 1;
const STANDARD_ERROR = 2;
const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = constants;

/** An open log. */
export class LogFile {
  /** Null: standard error. */
  readonly path: string | null;
  #descriptor: number;
  /** Whether what was written last is the beginning of a line. */
  #torn = false;

  /** Errors: throws with the path when the file can't be opened. */
  constructor(path: string | null) {
    this.path = path;
    this.#descriptor = path === null ? openStandardError() : openLog(path);
  }

  /** Writes a line that ends in a line break. Shape: false when it is lost. */
  write(line: string): boolean {
    const bytes = Buffer.from(this.#torn ? `\n${line}` : line);
    try {
      const written = writeSync(this.#descriptor, bytes);
      if (written > 0) this.#torn = written < bytes.length;
      return written === bytes.length;
    } catch {
      return false;
    }
  }

  /** Opens the file anew, after it was moved away. Errors: throws when that fails, and goes on with the old one. */
  reopen(): void {
    if (this.path === null) return;
    const old = this.#descriptor;
    this.#descriptor = openLog(this.path);
    this.#torn = false;
    closeSync(old);
  }

  /** Has what the process writes on its own, such as the trace of a crash, go there too. */
  carryStandardStreams(): void {
    redirect(STANDARD_OUTPUT, this.#descriptor);
    redirect(STANDARD_ERROR, this.#descriptor);
  }

  close(): void {
    if (this.#descriptor !== STANDARD_ERROR) closeSync(this.#descriptor);
  }
}

function openLog(path: string): number {
  try {
    return openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o644);
  } catch (error) {
    throw new Error(`log file ${path} can't be opened: ${(error as Error).message}`);
  }
}

/** A pipe is opened a second time, so that nobody who forgets to read it can hold up the proxy. */
function openStandardError(): number {
  try {
    if (!fstatSync(STANDARD_ERROR).isFIFO()) return STANDARD_ERROR;
    return openSync(`/proc/self/fd/${STANDARD_ERROR}`, O_WRONLY | O_NONBLOCK);
  } catch {
    return STANDARD_ERROR;
  }
}
