/**
 * Command families: latency is told by them, because there are too many commands and a figure of all together says
 * little. Both protocols declare them with their commands.
 */

/** The families of a protocol's commands. */
export class Families {
  /** Names by number. Number 0 is no family: the proxy's own requests, which nobody waits for, have no latency. */
  readonly names: readonly string[];
  /** Number of a command's family, by the index of the command's figures. */
  readonly of: Uint8Array;

  /** `families` has the family of each command, by id; figures of commands begin at index 1. */
  constructor(families: readonly string[]) {
    this.names = ["", ...new Set(families)];
    this.of = Uint8Array.from([0, ...families.map((family) => this.names.indexOf(family))]);
  }

  /** Counts the command with these figures in another family. */
  assign(command: number, family: string): void {
    this.of[command] = this.names.indexOf(family);
  }
}
