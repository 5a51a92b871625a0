/**
 * Notices that a file has another content: at once where the system tells, and by looking now and then everywhere,
 * since some file systems tell nothing, and a folder that comes later can't be watched yet.
 */
import { type FSWatcher, watch } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { type StoredDocument, type StoreError, type StoreWatcher, type Version } from "./store.ts";

/** How often the file is looked at; milliseconds. */
const LOOK_MS = 1000;
/** A file that was written so lately is read although it looks the same: clocks of files are coarse; milliseconds. */
const FRESH_MS = 2500;

/** Tells `watcher` of contents other than `known`. `read` gives the content. Shape: what ends it. */
export function watchFile(
  path: string,
  known: Version | null,
  read: () => Promise<StoredDocument | null>,
  watcher: StoreWatcher,
): () => void {
  const watching = new FileWatch(path, known, read, watcher);
  return () => watching.end();
}

class FileWatch {
  readonly #path: string;
  readonly #read: () => Promise<StoredDocument | null>;
  readonly #watcher: StoreWatcher;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #folder: FSWatcher | null;
  /** The version that was told last. */
  #known: Version | null;
  /** What the file looked like when it was read last. */
  #look = "";
  /** The failure that was told last; empty when there is none. */
  #failure = "";
  #reading = false;
  #again = false;
  #ended = false;

  constructor(
    path: string,
    known: Version | null,
    read: () => Promise<StoredDocument | null>,
    watcher: StoreWatcher,
  ) {
    this.#path = path;
    this.#known = known;
    this.#read = read;
    this.#watcher = watcher;
    this.#folder = watchFolder(path, () => this.#check());
    this.#timer = setInterval(() => this.#check(), LOOK_MS);
    this.#timer.unref();
    this.#check();
  }

  end(): void {
    this.#ended = true;
    clearInterval(this.#timer);
    this.#folder?.close();
  }

  /** One reading at a time; what changes meanwhile is read after it. */
  #check(): void {
    this.#again = true;
    if (this.#reading) return;
    this.#reading = true;
    void this.#readAll().finally(() => this.#reading = false);
  }

  async #readAll(): Promise<void> {
    while (this.#again && !this.#ended) {
      this.#again = false;
      const { look, isFresh } = await lookOf(this.#path);
      if (look === this.#look && !isFresh) continue;
      // Noted before it is read: whatever changes from here on looks different again.
      this.#look = look;
      await this.#readOne();
    }
  }

  async #readOne(): Promise<void> {
    let document: StoredDocument | null;
    try {
      document = await this.#read();
    } catch (error) {
      this.#fail(error as StoreError);
      return;
    }
    this.#failure = "";
    const version = document?.version ?? null;
    if (this.#ended || version === this.#known) return;
    this.#known = version;
    this.#watcher.changed(document);
  }

  #fail(error: StoreError): void {
    // It may be readable again and look the same.
    this.#look = "";
    if (this.#ended || error.message === this.#failure) return;
    this.#failure = error.message;
    this.#watcher.failed(error);
  }
}

/** A moved file is another file under the old name, so that it is the folder that has news. */
function watchFolder(path: string, changed: () => void): FSWatcher | null {
  try {
    const name = basename(path);
    const watcher = watch(dirname(path), { persistent: false }, (_, file) => {
      if (file === null || file === name) changed();
    });
    return watcher.on("error", () => watcher.close());
  } catch {
    return null;
  }
}

/** What tells a file from the one that was there before, unless it is so fresh that two may look the same. */
async function lookOf(path: string): Promise<{ look: string; isFresh: boolean }> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    const age = Date.now() - Number(mtimeNs / 1_000_000n);
    return { look: `${ino} ${size} ${mtimeNs} ${ctimeNs}`, isFresh: age < FRESH_MS };
  } catch {
    return { look: "none", isFresh: false };
  }
}
