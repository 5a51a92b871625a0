/**
 * Which session has read which key, as Redis's tracking table knows it. It has a bound: for what is forgotten because
 * there is no more room, those who have read it are told that it has changed.
 */
import type { Tracker } from "./tracker.ts";

/** The keys that sessions of one pool have read. */
export class ReadKeys {
  readonly #readers = new Map<string, Set<Tracker>>();
  readonly #mostReads: number;
  readonly #mostBytes: number;
  #reads = 0;
  #bytes = 0;

  /** It remembers at most so many reads, of keys of so many bytes together. */
  constructor(mostReads: number, mostBytes: number) {
    this.#mostReads = mostReads;
    this.#mostBytes = mostBytes;
  }

  /** Keys that are remembered. */
  get size(): number {
    return this.#readers.size;
  }

  /** Remembers that a key, one character per byte, was read. `forget` is called for keys that there is no room for. */
  note(key: string, reader: Tracker, forget: (key: string, readers: Iterable<Tracker>) => void): void {
    let readers = this.#readers.get(key);
    if (readers === undefined) {
      readers = new Set();
      this.#readers.set(key, readers);
      this.#bytes += key.length;
    }
    if (readers.has(reader)) return;
    readers.add(reader);
    this.#reads++;
    while (this.#reads > this.#mostReads || this.#bytes > this.#mostBytes) {
      const [oldest, itsReaders] = this.#readers.entries().next().value!;
      this.#drop(oldest, itsReaders);
      forget(oldest, itsReaders);
    }
  }

  /** Those who have read the key, which has changed; it has to be read anew to be remembered again. */
  take(key: string): Iterable<Tracker> {
    const readers = this.#readers.get(key);
    if (readers === undefined) return [];
    this.#drop(key, readers);
    return readers;
  }

  /** Forgets everything. */
  clear(): void {
    this.#readers.clear();
    this.#reads = 0;
    this.#bytes = 0;
  }

  #drop(key: string, readers: ReadonlySet<Tracker>): void {
    this.#readers.delete(key);
    this.#reads -= readers.size;
    this.#bytes -= key.length;
  }
}
