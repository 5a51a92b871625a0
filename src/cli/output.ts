/** Where a command writes: standard output for what was asked for, standard error for everything else. */

/** The two streams of a command, by lines. */
export interface Output {
  /** Writes text that was asked for; a line break is added. */
  out(text: string): void;
  /** Writes what went wrong, warnings and usage; a line break is added. */
  err(text: string): void;
}

/** The streams of this process. */
export const PROCESS_OUTPUT: Output = {
  out: (text) => console.log(text),
  err: (text) => console.error(text),
};
