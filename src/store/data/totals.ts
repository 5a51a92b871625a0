/** The counters of a store, kept with its data: how many keys there are, and the numbers that were given away. */
import type { Engine } from "../engine/engine.ts";
import type { StoredTotals } from "../engine/schema.ts";

/** In memory, with the transaction that is under way. */
export class Totals {
  readonly seed: number;
  #stored: StoredTotals;
  #keyCount: number;
  #nextId: number;
  #nextVersion: number;

  constructor(stored: StoredTotals) {
    this.#stored = stored;
    this.seed = stored.seed;
    ({ keyCount: this.#keyCount, nextId: this.#nextId, nextVersion: this.#nextVersion } = stored);
  }

  /** Keys that are there, those included whose time is over and which nobody has met since. */
  get keyCount(): number {
    return this.#keyCount;
  }

  /** No id has been as high yet. */
  get endOfIds(): number {
    return this.#nextId;
  }

  /** Counts a key that comes, or with -1 one that goes. */
  count(change: number): void {
    this.#keyCount += change;
  }

  /** The id of a new key. Ids only grow. */
  takeId(): number {
    return this.#nextId++;
  }

  /** The version of a new value. */
  takeVersion(): number {
    return this.#nextVersion++;
  }

  /** Writes what has changed. */
  save(engine: Engine): void {
    const { keyCount, nextId, nextVersion } = this.#stored;
    if (keyCount === this.#keyCount && nextId === this.#nextId && nextVersion === this.#nextVersion) return;
    engine.run("UPDATE sennit_meta SET key_count = ?, next_id = ?, next_version = ? WHERE id = 1", [
      this.#keyCount,
      this.#nextId,
      this.#nextVersion,
    ]);
  }

  /** What was saved lasts. */
  committed(): void {
    const { seed } = this;
    this.#stored = {
      keyCount: this.#keyCount,
      nextId: this.#nextId,
      nextVersion: this.#nextVersion,
      seed,
    };
  }

  /** What was saved since the last commit is forgotten; but a number that was given away is not given again. */
  rolledBack(): void {
    this.#keyCount = this.#stored.keyCount;
  }
}
