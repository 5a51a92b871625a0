/**
 * A coordination store in a file of this machine, for the processes of this machine: one document, replaced as a
 * whole under a lock. Who reads it takes out the leases whose holders are gone.
 */
import { unlink } from "node:fs/promises";
import {
  checkKey,
  checkTransaction,
  type Compare,
  type CoordinationStore,
  type CoordinationWatcher,
  type Entry,
  type Lease,
  leaseLost,
  type Listing,
  type Operation,
  type Outcome,
} from "./coordination_store.ts";
import { DocumentFile, type FileContent, UNCHANGED } from "./document_file.ts";
import {
  applyOperations,
  changesSince,
  type Entries,
  entryOf,
  holdsAll,
  listEntries,
  NO_ENTRIES,
  readEntries,
  withoutLease,
} from "./file_entries.ts";
import { FileLease, isLeaseOver, leasePath } from "./file_lease.ts";
import { watchFile } from "./file_watch.ts";
import type { StoredDocument } from "./store.ts";

/** How often those who watch look for leases that are over; milliseconds. */
const LOOK_MS = 500;

/** The keys at some revision. */
interface Snapshot {
  readonly entries: Entries;
  readonly revision: number;
}

/** A coordination store in the file at `path`. */
export class FileCoordination implements CoordinationStore {
  readonly #file: DocumentFile;
  /** Our own, with the revision at which each was there. */
  readonly #leases = new Map<string, { readonly lease: FileLease; readonly since: number }>();
  readonly #watches = new Set<() => void>();

  constructor(path: string) {
    this.#file = new DocumentFile(path);
  }

  get name(): string {
    return this.#file.name;
  }

  async get(key: string): Promise<{ revision: number; entry: Entry | null }> {
    checkKey(key);
    const { entries, revision } = await this.#read();
    return { revision, entry: entryOf(entries, key) };
  }

  async list(prefix: string): Promise<Listing> {
    const { entries, revision } = await this.#read();
    return listEntries(entries, prefix, revision);
  }

  async commit(compares: readonly Compare[], operations: readonly Operation[]): Promise<Outcome> {
    checkTransaction(compares, operations);
    let succeeded = false;
    const { revision } = await this.#change((entries, next) => {
      this.#checkLeases(entries, operations);
      succeeded = holdsAll(entries, compares);
      return succeeded ? applyOperations(entries, operations, next) ?? entries : entries;
    });
    return { succeeded, revision };
  }

  async lease(ttlMs: number): Promise<Lease> {
    if (!(ttlMs >= 1000)) throw new RangeError(`a lease of ${ttlMs} ms is too short`);
    let lease: FileLease;
    try {
      lease = await FileLease.begin(this.name, this.#file.path, ttlMs, (ended) => this.#forget(ended));
    } catch (error) {
      throw this.#file.unavailable("written", error);
    }
    try {
      const { revision } = await this.#change((entries) => ({
        ...entries,
        leases: { ...entries.leases, [lease.id]: { ttlMs } },
      }));
      this.#leases.set(lease.id, { lease, since: revision });
    } catch (error) {
      lease.lose("it could not be stored");
      throw error;
    }
    return lease;
  }

  watch(prefix: string, after: number, watcher: CoordinationWatcher): () => void {
    let told = after;
    let isFailing = false;
    const end = () => {
      clearInterval(timer);
      endLooking();
      this.#watches.delete(end);
    };
    // Whoever reads takes out leases that are over; the change that makes is what is told.
    const timer = setInterval(() => void this.#read().catch(() => {}), LOOK_MS);
    timer.unref();
    const endLooking = watchFile(this.#file.path, null, () => this.#asDocument(), {
      changed: (document) => {
        if (isFailing) watcher.resumed();
        isFailing = false;
        const { entries, revision } = (document?.value ?? { entries: NO_ENTRIES, revision: 0 }) as Snapshot;
        const changes = revision < told ? null : changesSince(entries, prefix, told);
        if (changes === null) return lose(revision);
        told = revision;
        if (changes.length > 0) watcher.changed(changes, revision);
      },
      failed: (error) => {
        isFailing = true;
        watcher.failed(error);
      },
    });
    const lose = (revision: number) => {
      end();
      watcher.lost(
        revision < told
          ? `${this.name} went back from revision ${told} to ${revision}`
          : `${this.name} no longer knows what happened behind revision ${told}`,
      );
    };
    this.#watches.add(end);
    return end;
  }

  async close(): Promise<void> {
    for (const end of this.#watches) end();
    await Promise.allSettled([...this.#leases.values()].map(({ lease }) => lease.end()));
  }

  /** What is there, without what stands under leases that are over. */
  async #read(): Promise<Snapshot> {
    const snapshot = this.#snapshot(await this.#file.read());
    this.#noticeLost(snapshot);
    const over = await this.#leasesOver(snapshot.entries);
    return over.length === 0 ? snapshot : await this.#change((entries) => entries);
  }

  async #asDocument(): Promise<StoredDocument | null> {
    const content = await this.#file.read();
    return content === null ? null : { value: this.#snapshot(content), version: content.version };
  }

  /** Replaces the document by what `decide` makes of it, leases that are over taken out before. */
  async #change(decide: (entries: Entries, next: number) => Entries): Promise<Snapshot> {
    let after = NO_ENTRIES;
    const over: string[] = [];
    const content = await this.#file.change(async (current) => {
      const { entries, revision } = this.#snapshot(current);
      over.push(...await this.#leasesOver(entries));
      const alive = over.reduce((rest, id) => withoutLease(rest, id, revision + 1), entries);
      after = decide(alive, revision + 1);
      return after === entries ? UNCHANGED : after;
    });
    await Promise.all(over.map((id) => unlink(leasePath(this.#file.path, id)).catch(() => {})));
    const snapshot = { entries: after, revision: content?.revision ?? 0 };
    this.#noticeLost(snapshot);
    return snapshot;
  }

  #snapshot(content: FileContent | null): Snapshot {
    if (content === null) return { entries: NO_ENTRIES, revision: 0 };
    try {
      return { entries: readEntries(content.document), revision: content.revision };
    } catch (error) {
      throw this.#file.corrupt((error as Error).message);
    }
  }

  async #leasesOver(entries: Entries): Promise<string[]> {
    const checked = Object.entries(entries.leases).map(async ([id, { ttlMs }]) =>
      await isLeaseOver(this.#file.path, id, ttlMs) ? [id] : []
    );
    return (await Promise.all(checked)).flat();
  }

  /** Errors: throws when something is to be put under a lease that is over. */
  #checkLeases(entries: Entries, operations: readonly Operation[]): void {
    for (const operation of operations) {
      if (!("put" in operation) || operation.lease === undefined) continue;
      if (!Object.hasOwn(entries.leases, operation.lease.id)) throw leaseLost(this.name, "it ran out");
    }
  }

  #noticeLost({ entries, revision }: Snapshot): void {
    for (const { lease, since } of this.#leases.values()) {
      if (revision < since || Object.hasOwn(entries.leases, lease.id)) continue;
      this.#leases.delete(lease.id);
      lease.lose("it ran out");
    }
  }

  async #forget(lease: FileLease): Promise<void> {
    this.#leases.delete(lease.id);
    await this.#change((entries, next) => withoutLease(entries, lease.id, next));
  }
}
