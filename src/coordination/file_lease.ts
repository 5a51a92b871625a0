/**
 * A lease of processes of one machine: a file beside the store's, locked by its holder and touched now and then. A
 * holder that dies lets go of the lock at once, whatever killed it; one that is stopped touches it no more.
 */
import { type FileHandle, open, stat, unlink, utimes } from "node:fs/promises";
import { lockFile } from "../control/service/libc.ts";
import { type Lease, leaseLost } from "./coordination_store.ts";
import { MODE } from "./document_file.ts";

/** Renewals in the time of a lease. */
const RENEWALS = 4;

/** Where the file of a lease is. */
export function leasePath(storePath: string, id: string): string {
  return `${storePath}.lease-${id}`;
}

/** The holder's side. */
export class FileLease implements Lease {
  readonly id: string;
  readonly #lost = new AbortController();
  readonly #store: string;
  readonly #path: string;
  readonly #ttlMs: number;
  readonly #file: FileHandle;
  readonly #onEnd: (lease: FileLease) => Promise<void>;
  readonly #timer: ReturnType<typeof setInterval>;
  #holdsUntil: number;
  #ending: Promise<void> | null = null;

  private constructor(
    store: string,
    path: string,
    id: string,
    ttlMs: number,
    file: FileHandle,
    onEnd: (lease: FileLease) => Promise<void>,
  ) {
    this.#store = store;
    this.id = id;
    this.#path = path;
    this.#ttlMs = ttlMs;
    this.#file = file;
    this.#onEnd = onEnd;
    this.#holdsUntil = performance.now() + ttlMs;
    this.#timer = setInterval(() => void this.#renew(), ttlMs / RENEWALS);
    this.#timer.unref();
  }

  /** Makes its file. `onEnd` takes it out of the store. Errors: what the system says. */
  static async begin(
    store: string,
    storePath: string,
    ttlMs: number,
    onEnd: (lease: FileLease) => Promise<void>,
  ): Promise<FileLease> {
    const id = crypto.randomUUID();
    const path = leasePath(storePath, id);
    const file = await open(path, "wx", MODE);
    lockFile(file.fd);
    return new FileLease(store, path, id, ttlMs, file, onEnd);
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  get holds(): boolean {
    return !this.#lost.signal.aborted && this.#ending === null && performance.now() < this.#holdsUntil;
  }

  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  /** The store has it no more, or nobody may rely on it. */
  lose(why: string): void {
    if (this.#ending !== null || this.#lost.signal.aborted) return;
    this.#lost.abort(leaseLost(this.#store, why));
    this.#ending = this.#discard();
  }

  async #renew(): Promise<void> {
    if (this.#ending !== null) return;
    const before = performance.now();
    if (before >= this.#holdsUntil) return this.lose("it was not renewed in time");
    const now = new Date();
    try {
      await utimes(this.#path, now, now);
      this.#holdsUntil = before + this.#ttlMs;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") this.lose("somebody has ended it");
    }
  }

  async #end(): Promise<void> {
    try {
      await this.#onEnd(this);
    } finally {
      await this.#discard();
    }
  }

  async #discard(): Promise<void> {
    clearInterval(this.#timer);
    await unlink(this.#path).catch(() => {});
    await this.#file.close().catch(() => {});
  }
}

/** Whether the holder of a lease is gone or has not renewed it in time. */
export async function isLeaseOver(storePath: string, id: string, ttlMs: number): Promise<boolean> {
  const path = leasePath(storePath, id);
  let file: FileHandle;
  try {
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > ttlMs) return true;
    file = await open(path, "r");
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
  try {
    return lockFile(file.fd) === true;
  } finally {
    await file.close();
  }
}
