/**
 * A document in a file of this machine, `{"revision": 7, "document": …}`, for the processes of this machine.
 *
 * The file is never written in place: its successor is written beside it, brought to the disk, and moved over it, so
 * that whatever happens there is the old document or the new one. Writers take turns by a lock on a file beside it,
 * which the system lets go of when they die. A version is a hash of the file's bytes; the revision in them makes
 * each content different from all before.
 */
import { type FileHandle, open, readFile, realpath, rename, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { lockFile } from "../control/service/libc.ts";
import { StoreError, type Version } from "./store.ts";

/** Only whoever runs the proxy needs to read it. */
export const MODE = 0o600;
/** How long a writer waits for its turn, and between two tries; milliseconds. */
const TURN_MS = 5000;
const TRY_MS = 10;
/** More than any document of ours has. Units: bytes. */
const LONGEST = 64 * 1024 * 1024;

/** A document with what the file says about it. */
export interface FileContent {
  readonly document: unknown;
  readonly version: Version;
  /** Grows by one with every change. */
  readonly revision: number;
}

/** What `change` may be answered: the document stays as it is. */
export const UNCHANGED: unique symbol = Symbol("unchanged");

/** A file with a document. Errors: every promise may reject with a StoreError. */
export class DocumentFile {
  /** For messages: `file:/var/lib/sennit/state`. */
  readonly name: string;
  readonly path: string;

  constructor(path: string) {
    this.path = path;
    this.name = `file:${path}`;
  }

  /** What the file says now; null when there is none. */
  async read(): Promise<FileContent | null> {
    let bytes: Buffer;
    try {
      const { size } = await stat(this.path);
      if (size > LONGEST) throw this.corrupt(`it has ${size} bytes`);
      bytes = await readFile(this.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw this.unavailable("read", error);
    }
    return this.#parse(bytes);
  }

  /**
   * Replaces the document by what `decide` makes of it, while no other process can. What `decide` throws is thrown,
   * and nothing has changed then. Shape: the content that is there now; null when there is still none.
   */
  async change(
    decide: (current: FileContent | null) => unknown | Promise<unknown>,
  ): Promise<FileContent | null> {
    const target = await this.#target();
    const lock = await this.#takeTurn(`${target}.lock`);
    try {
      const current = await this.read();
      const document = await decide(current);
      if (document === UNCHANGED) return current;
      const revision = (current?.revision ?? 0) + 1;
      const bytes = Buffer.from(`${JSON.stringify({ revision, document }, null, 2)}\n`);
      await this.#replace(target, bytes);
      return { document, revision, version: versionOf(bytes) };
    } finally {
      await lock.close();
    }
  }

  /** The error for a content that nobody of ours has written. */
  corrupt(reason: string): StoreError {
    const remedy = "mend it, or move it away to begin anew";
    return new StoreError("corrupt", `${this.name} is not what was stored there: ${reason}; ${remedy}`);
  }

  /** The error for a file that the system doesn't let us use; errors that say what they mean stay what they are. */
  unavailable(what: "read" | "written", error: unknown): StoreError {
    if (error instanceof StoreError) return error;
    return new StoreError("unavailable", `${this.name} can't be ${what}: ${(error as Error).message}`);
  }

  /** A link is followed: the file it leads to is replaced, not the link. */
  async #target(): Promise<string> {
    try {
      return await realpath(this.path);
    } catch {
      return this.path;
    }
  }

  #parse(bytes: Buffer): FileContent {
    let content: unknown;
    try {
      content = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    } catch (error) {
      throw this.corrupt((error as Error).message);
    }
    const { revision, document } = Object(content) as { revision?: unknown; document?: unknown };
    if (!Number.isSafeInteger(revision)) throw this.corrupt("it has no revision");
    if (document === undefined) throw this.corrupt("it has no document");
    return { document, version: versionOf(bytes), revision: revision as number };
  }

  /** Waits until no other writer is at work. Where files can't be locked, nobody waits. */
  async #takeTurn(path: string): Promise<FileHandle> {
    let lock: FileHandle;
    try {
      lock = await open(path, "a", MODE);
    } catch (error) {
      throw this.unavailable("written", error);
    }
    const until = performance.now() + TURN_MS;
    while (lockFile(lock.fd) === false) {
      if (performance.now() > until) {
        await lock.close();
        throw new StoreError(
          "unavailable",
          `${this.name} can't be written: another process has ${path} locked`,
        );
      }
      await Bun.sleep(TRY_MS);
    }
    return lock;
  }

  async #replace(target: string, bytes: Buffer): Promise<void> {
    // What a writer that was killed has left there is overwritten.
    const draft = `${target}.new`;
    try {
      await writeDurably(draft, bytes);
      await rename(draft, target);
    } catch (error) {
      await unlink(draft).catch(() => {});
      throw this.unavailable("written", error);
    }
    try {
      await syncFolder(dirname(target));
    } catch (error) {
      throw new StoreError("uncertain", `${this.name} may not last: ${(error as Error).message}`);
    }
  }
}

function versionOf(bytes: Uint8Array): Version {
  return new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  await unlink(path).catch(() => {});
  const file = await open(path, "wx", MODE);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
