/** What a slot job has in the store. Whatever it changes there is guarded by its controller's leading. */
import type { Compare, CoordinationStore, Leadership, Operation } from "../coordination/mod.ts";
import { isCommitted, type JobRecord, readJobRecord } from "./job_record.ts";
import { readTable, type SlotKeys, type SlotTable, withOwner, writeLock, writeTable } from "./slot_keys.ts";

/** One job's part of the store. Errors: every promise may reject with a StoreError, or with an Error that says why not. */
export class JobStore {
  readonly #store: CoordinationStore;
  readonly #keys: SlotKeys;
  readonly #leadership: Leadership;
  readonly #job: JobRecord;
  /** The revision of our lock. */
  #lock = 0;

  constructor(store: CoordinationStore, keys: SlotKeys, leadership: Leadership, job: JobRecord) {
    this.#store = store;
    this.#keys = keys;
    this.#leadership = leadership;
    this.#job = job;
  }

  /** The slot map as it is. */
  async table(): Promise<SlotTable> {
    return (await this.#tableEntry()).table;
  }

  async save(record: JobRecord): Promise<void> {
    await this.guarded([{ put: this.#keys.job(this.#job.id), value: JSON.stringify(record) }]);
  }

  /** Puts the lock, which goes with the controller. Shape: what proxies will know it by. */
  async lock(): Promise<number> {
    const { lease } = this.#leadership;
    const put = this.#keys.lock(this.#job.id);
    this.#lock = await this.guarded([{ put, value: writeLock(this.#job.slots), lease }], {
      key: put,
      revision: 0,
    });
    return this.#lock;
  }

  /** Gives the slots to the target, under the lock. */
  async commit(record: JobRecord): Promise<void> {
    const { guard, lost } = this.#leadership;
    lost.throwIfAborted();
    const { table, revision } = await this.#tableEntry();
    const { id, slots, to } = this.#job;
    const lock = { key: this.#keys.lock(id), revision: this.#lock };
    const { succeeded } = await this.#store.commit([guard, lock, { key: this.#keys.table, revision }], [
      { put: this.#keys.table, value: writeTable(withOwner(table, slots, to)) },
      { put: this.#keys.job(id), value: JSON.stringify(record) },
      { remove: this.#keys.lock(id) },
    ]);
    if (!succeeded) throw new Error("the lock is gone, or the slot map has changed");
  }

  /** Whether there was a commit; if not, there will be none under the lock there was. */
  async unlock(): Promise<boolean> {
    const key = this.#keys.job(this.#job.id);
    const { entry } = await this.#store.get(key);
    if (entry !== null && isCommitted(readJobRecord(entry.value))) return true;
    // A commit that comes in between changes the record.
    await this.guarded([{ remove: this.#keys.lock(this.#job.id) }], { key, revision: entry?.revision ?? 0 });
    return false;
  }

  /** Changes the store while we lead, and `compare` holds. Shape: the revision. */
  async guarded(operations: readonly Operation[], compare?: Compare): Promise<number> {
    const { guard } = this.#leadership;
    const compares = compare === undefined ? [guard] : [guard, compare];
    const { succeeded, revision } = await this.#store.commit(compares, operations);
    if (!succeeded) throw new Error(`${this.#store.name} was changed by somebody else meanwhile`);
    return revision;
  }

  async #tableEntry(): Promise<{ table: SlotTable; revision: number }> {
    const { entry } = await this.#store.get(this.#keys.table);
    if (entry === null) throw new Error(`${this.#store.name} has no slot map`);
    return { table: readTable(entry.value), revision: entry.revision };
  }
}
