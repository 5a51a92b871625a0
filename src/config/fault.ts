/**
 * What is wrong with a configuration file, and where: the one form in which every rule of this folder reports.
 * All faults of a file are collected and reported together, so that a user mends them in one round.
 */

/**
 * A place in a configuration file.
 *
 * Shape: both count from 1; a column counts UTF-16 code units, as editors do.
 */
export interface Position {
  line: number;
  column: number;
}

/** One thing that is wrong (a fault) or doubtful (a warning), with its place. */
export interface Fault {
  file: string;
  /** From 1; 0 when the fault is about the file as a whole (it can't be read). */
  line: number;
  column: number;
  /** Whose fault it is, such as `pool "cache": servers[2]`; empty when it is the file's. */
  path: string;
  /** What is wrong, with the offending value. Never holds a secret. */
  message: string;
}

/** The line a user reads: `file:line:column: path: message`. */
export function formatFault(fault: Fault): string {
  const place = fault.line > 0 ? `${fault.file}:${fault.line}:${fault.column}` : fault.file;
  return [place, fault.path, fault.message].filter((part) => part !== "").join(": ");
}

/** Text as a message shows it: in quotes, control characters escaped, cut when it is long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text);
}

/** Gathers the faults and warnings of one file while it is read. */
export class Findings {
  readonly #file: string;
  readonly #faults: Fault[] = [];
  readonly #warnings: Fault[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  /** Notes a fault: the file will not be accepted. */
  fault(at: Position, path: string, message: string): void {
    this.#faults.push({ file: this.#file, line: at.line, column: at.column, path, message });
  }

  /** Notes a warning: the file is accepted all the same. */
  warn(at: Position, path: string, message: string): void {
    this.#warnings.push({ file: this.#file, line: at.line, column: at.column, path, message });
  }

  /** The faults noted so far, in the order of the file. */
  get faults(): Fault[] {
    return this.#faults.toSorted(byPlace);
  }

  /** The warnings noted so far, in the order of the file. */
  get warnings(): Fault[] {
    return this.#warnings.toSorted(byPlace);
  }
}

function byPlace(a: Fault, b: Fault): number {
  return a.line - b.line || a.column - b.column;
}
