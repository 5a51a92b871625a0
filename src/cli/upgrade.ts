/** `sennit upgrade`: has a running proxy start the binary that is now on disk, and waits until that has taken over. */
import { fstatSync, openSync, readSync } from "node:fs";
import { PATIENCE_MS } from "../control/sockets/handover.ts";
import { writerOf } from "../control/service/pid_file.ts";
import { splitArguments, UsageError } from "./args.ts";
import { UPGRADE_FLAGS } from "./manual.ts";
import type { Output } from "./output.ts";

const POLL_MS = 50;
/** The old process gives up before this one does; milliseconds. */
const DEADLINE_MS = PATIENCE_MS + 5000;
/** How the log begins to tell of a failure. */
const FAILED = "upgrade.failed";

/**
 * Sends SIGUSR2 to the process that the pid file names and waits until the file names another one, which it prints.
 *
 * Shape: the exit code: 1 when that doesn't come to pass; the old process serves on then, unless it says otherwise.
 * Errors: UsageError when no pid file is given.
 */
export async function upgrade(
  argv: readonly string[],
  output: Output,
  deadlineMs: number = DEADLINE_MS,
): Promise<number> {
  const { flags, words } = splitArguments(argv, UPGRADE_FLAGS);
  if (words.length > 0) throw new UsageError(`${JSON.stringify(words[0])} is one word too many`);
  const file = flags.get("pid-file");
  if (typeof file !== "string") throw new UsageError("upgrade needs the pid file of the proxy: -p FILE");
  const logFile = flags.get("output");
  try {
    const log = typeof logFile === "string" ? new LogTail(logFile) : null;
    output.out(String(await replaceWriter(file, log, deadlineMs)));
    return 0;
  } catch (error) {
    output.err(`sennit: ${(error as Error).message}`);
    return 1;
  }
}

/** Shape: the process id of the new process. Errors: throws why there is none, and what to look at. */
async function replaceWriter(file: string, log: LogTail | null, deadlineMs: number): Promise<number> {
  const old = writerOf(file);
  if (old === null) throw new Error(`pid file ${file}: there is none, or its process has ended`);
  process.kill(old, "SIGUSR2");
  const deadline = performance.now() + deadlineMs;
  while (performance.now() < deadline) {
    await Bun.sleep(POLL_MS);
    const pid = writerOf(file);
    if (pid === null) throw new Error(`process ${old} has ended and left no successor; see its log`);
    if (pid !== old) return pid;
    const failure = log?.lineWith(FAILED);
    if (failure !== undefined) throw new Error(`process ${old} serves on: ${failure}`);
  }
  throw new Error(`process ${old} serves on, its successor was not ready in time; see ${FAILED} in its log`);
}

/** What is added to a log from now on. */
class LogTail {
  readonly #descriptor: number;
  #position: number;
  #text = "";

  /** Errors: throws when the file can't be read. */
  constructor(path: string) {
    this.#descriptor = openSync(path, "r");
    this.#position = fstatSync(this.#descriptor).size;
  }

  /** The first whole line that has `word` in it; undefined as long as there is none. */
  lineWith(word: string): string | undefined {
    const added = Buffer.alloc(Math.max(0, fstatSync(this.#descriptor).size - this.#position));
    const count = readSync(this.#descriptor, added, 0, added.length, this.#position);
    this.#position += count;
    this.#text += added.toString("utf8", 0, count);
    const lines = this.#text.split("\n");
    this.#text = lines.pop()!;
    return lines.find((line) => line.includes(word));
  }
}
