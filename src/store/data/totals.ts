/** The counters of a store, kept with its data: how many keys there are, and the numbers that were given away. */
import type { Engine } from "../engine/engine.ts";
import type { StoredTotals } from "../engine/schema.ts";

/** In memory, with the transaction that is under way. */
export class Totals {
  /** What `place` is hashed with. */
  readonly seed: number;
  #keyCount: number;
  #storedKeyCount: number;
  #nextId: number;
  #nextVersion: number;
  /** The transaction has changed something here. */
  #isChanged = false;

  constructor({ seed, keyCount, nextId, nextVersion }: StoredTotals) {
    this.seed = seed;
    this.#keyCount = keyCount;
    this.#storedKeyCount = keyCount;
    this.#nextId = nextId;
    this.#nextVersion = nextVersion;
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
    this.#isChanged = true;
  }

  /** The id of a new key. Ids only grow. */
  takeId(): number {
    this.#isChanged = true;
    return this.#nextId++;
  }

  /** The version of a new value. */
  takeVersion(): number {
    this.#isChanged = true;
    return this.#nextVersion++;
  }

  /** Writes what has changed. */
  save(engine: Engine): void {
    if (!this.#isChanged) return;
    engine.run("UPDATE sennit_meta SET key_count = ?, next_id = ?, next_version = ? WHERE id = 1", [
      this.#keyCount,
      this.#nextId,
      this.#nextVersion,
    ]);
  }

  /** What was saved lasts. */
  committed(): void {
    this.#storedKeyCount = this.#keyCount;
    this.#isChanged = false;
  }

  /** The transaction has not happened; but a number that was given away is not given again. */
  rolledBack(): void {
    this.#keyCount = this.#storedKeyCount;
    this.#isChanged = false;
  }
}
