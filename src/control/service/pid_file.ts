/**
 * The file that names the process. It is locked for as long as the process lives, and the system lets go of the lock
 * however the process ends, so that a file left behind by a crash is known for what it is, even when its number has
 * been given to another process since.
 *
 * The file is written beside its place and moved there, so that whoever reads it finds a whole number. A process
 * that takes over from another (an upgrade) puts its own file in the place of the other's, which then is no longer
 * the other's to remove.
 */
import {
  closeSync,
  constants,
  fstatSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { lockFile } from "./libc.ts";
import { startedAt } from "./process_start.ts";

/** Somebody else may put a file there, or take it away, between two looks. */
const MOST_TRIES = 100;

/** A claimed pid file. */
export class PidFile {
  readonly path: string;
  /** Open, and so locked, until `release`. */
  readonly #descriptor: number;

  private constructor(path: string, descriptor: number) {
    this.path = path;
    this.#descriptor = descriptor;
  }

  /**
   * Writes this process's id to `path`. `predecessor` is the process it takes over from; null: from none.
   *
   * Errors: throws with the path when the file belongs to a living process, or can't be written.
   */
  static claim(path: string, predecessor: number | null = null): PidFile {
    const draft = `${path}.${process.pid}.new`;
    try {
      return new PidFile(path, claim(path, draft, predecessor));
    } catch (error) {
      throw new Error(`pid file ${path}: ${(error as Error).message}`);
    } finally {
      remove(draft);
    }
  }

  /** Removes the file, if it is still this process's. */
  release(): void {
    const current = statSync(this.path, { throwIfNoEntry: false });
    if (current !== undefined && current.ino === fstatSync(this.#descriptor).ino) remove(this.path);
    closeSync(this.#descriptor);
  }
}

/** The running process that wrote the file at `path`; null when there is no such file, or its process has ended. */
export function writerOf(path: string): number | null {
  const file = openIfThere(path);
  if (file === null) return null;
  try {
    const pid = Number(readFileSync(file, "latin1").trim());
    return isWriter(pid, fstatSync(file).mtimeMs) ? pid : null;
  } finally {
    closeSync(file);
  }
}

/** Shape: the descriptor of the file that is now in its place. */
function claim(path: string, draft: string, predecessor: number | null): number {
  remove(draft);
  const descriptor = openSync(draft, "wx", 0o644);
  try {
    writeSync(descriptor, `${process.pid}\n`);
    lockFile(descriptor);
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      if (putInPlace(path, draft, predecessor)) return descriptor;
    }
    throw new Error("others keep writing it");
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** False when the file in the way was not the one that was looked at. */
function putInPlace(path: string, draft: string, predecessor: number | null): boolean {
  const old = openIfThere(path);
  if (old === null) return linkNew(draft, path);
  try {
    const pid = Number(readFileSync(old, "latin1").trim());
    const isPredecessor = pid === predecessor && predecessor !== null;
    // Whoever holds the old file's lock alone may replace it.
    if (!isPredecessor && lockFile(old) === false) throw new Error(`process ${pid} has it and is running`);
    if (statSync(path, { throwIfNoEntry: false })?.ino !== fstatSync(old).ino) return false;
    if (!isPredecessor && isWriter(pid, fstatSync(old).mtimeMs)) {
      throw new Error(`it names process ${pid}, which is running`);
    }
    renameSync(draft, path);
    return true;
  } finally {
    closeSync(old);
  }
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Fails when somebody else's file has come to be there. */
function linkNew(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Whether `pid` may have written the file: another process than this one that runs and is not younger than that. */
function isWriter(pid: number, writtenAt: number): boolean {
  if (!Number.isInteger(pid) || pid <= 1 || pid === process.pid) return false;
  const start = startedAt(pid);
  return start !== null && start <= writtenAt;
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It is gone already.
  }
}
