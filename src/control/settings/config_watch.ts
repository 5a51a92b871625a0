/**
 * Notices that the configuration file, or a file it names, was changed: at once where the system tells, and by looking
 * now and then everywhere, since some file systems tell nothing and links may turn anywhere on the way to a file. An
 * editor changes a file in several steps, some by putting another in its place; so a change counts once the files
 * have looked the same for a while.
 */
import { type FSWatcher, watch } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";

/** How often the files are looked at; milliseconds. */
const LOOK_MS = 1000;
/** How long they must have looked the same; milliseconds. */
const SETTLE_MS = 200;

/** What is watched. */
export interface ConfigWatchOptions {
  /** The files that matter now; none: nothing is watched. */
  files(): readonly string[];
  /** They have changed. */
  changed(): void;
  /** When they were read last: what was written later was perhaps not read; milliseconds since 1970. */
  readAtMs(): number;
  readonly lookMs?: number;
  readonly settleMs?: number;
}

/** What a file looks like: equal as long as nobody writes it or puts another in its place. */
interface Look {
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly changedAtMs: number;
}

type Looks = ReadonlyMap<string, Look>;

/** Watches until it is closed. */
export class ConfigWatch {
  readonly #options: ConfigWatchOptions;
  readonly #settleMs: number;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #folders = new Map<string, FSWatcher>();
  /** What the files looked like when they were last taken for unchanged. */
  #known: Looks = new Map();
  /** What they have looked like since then, when that is different, and since when. */
  #fresh: { readonly looks: Looks; readonly sinceMs: number } | null = null;
  #settling: ReturnType<typeof setTimeout> | undefined;
  #isLooking = false;
  #isClosed = false;

  constructor(options: ConfigWatchOptions) {
    this.#options = options;
    this.#settleMs = options.settleMs ?? SETTLE_MS;
    this.#timer = setInterval(() => void this.#look(), options.lookMs ?? LOOK_MS);
    void this.#look();
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    clearTimeout(this.#settling);
    for (const folder of this.#folders.values()) folder.close();
  }

  async #look(): Promise<void> {
    if (this.#isLooking || this.#isClosed) return;
    this.#isLooking = true;
    const files = this.#options.files();
    this.#watchFolders(new Set(files.map((file) => dirname(file))));
    const looks: Looks = new Map(
      await Promise.all(files.map(async (file) => [file, await lookOf(file)] as const)),
    );
    this.#isLooking = false;
    if (!this.#isClosed) this.#take(looks, performance.now());
  }

  #take(looks: Looks, nowMs: number): void {
    this.#known = new Map([...knownAt(this.#options.readAtMs(), looks), ...this.#ofThese(looks)]);
    if (!differs(looks, this.#known)) {
      this.#fresh = null;
    } else if (this.#fresh === null || differs(looks, this.#fresh.looks)) {
      this.#fresh = { looks, sinceMs: nowMs };
      this.#lookAgain(this.#settleMs);
    } else if (nowMs - this.#fresh.sinceMs < this.#settleMs) {
      this.#lookAgain(this.#settleMs - (nowMs - this.#fresh.sinceMs));
    } else {
      this.#known = looks;
      this.#fresh = null;
      this.#options.changed();
    }
  }

  /** What is known of files that matter still. */
  #ofThese(looks: Looks): Looks {
    return new Map([...this.#known].filter(([file]) => looks.has(file)));
  }

  #lookAgain(ms: number): void {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => void this.#look(), ms);
  }

  #watchFolders(wanted: ReadonlySet<string>): void {
    for (const [path, watcher] of this.#folders) {
      if (wanted.has(path)) continue;
      watcher.close();
      this.#folders.delete(path);
    }
    for (const path of wanted) if (!this.#folders.has(path)) this.#watchFolder(path);
  }

  /** One that isn't there, or can't be watched, is tried again with the next look. */
  #watchFolder(path: string): void {
    try {
      const watcher = watch(path, () => void this.#look());
      this.#folders.set(path, watcher);
      watcher.on("error", () => {
        watcher.close();
        this.#folders.delete(path);
      });
    } catch {
      // The looks will do.
    }
  }
}

/** What changed after that is not known. */
function knownAt(readAtMs: number, looks: Looks): Looks {
  return new Map([...looks].map(([file, look]) => [file, look.changedAtMs <= readAtMs ? look : UNKNOWN]));
}

/** Whether a file looks different of those that both have. */
function differs(looks: Looks, others: Looks): boolean {
  return [...looks].some(([file, { text }]) => others.has(file) && others.get(file)!.text !== text);
}

const UNKNOWN: Look = { text: "", changedAtMs: 0 };
const NONE: Look = { text: "none", changedAtMs: 0 };

async function lookOf(file: string): Promise<Look> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return { text: `${ino} ${size} ${mtimeNs} ${ctimeNs}`, changedAtMs: Number(ctimeNs / 1_000_000n) };
  } catch {
    return NONE;
  }
}
