/** What a command writes, kept for tests. */
import type { Output } from "../../../src/cli/output.ts";

/** An output that keeps its lines. */
export class CapturedOutput implements Output {
  readonly outLines: string[] = [];
  readonly errLines: string[] = [];

  out(text: string): void {
    this.outLines.push(...text.split("\n"));
  }

  err(text: string): void {
    this.errLines.push(...text.split("\n"));
  }
}
