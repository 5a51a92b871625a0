/**
 * The keys of a coordination store as one document, for stores that keep it in one piece. Pure: a transaction makes
 * the next document.
 *
 * Removed keys are remembered for a while, so that a watcher that comes back learns of them; who was away for longer
 * has lost track.
 */
import * as z from "zod";
import type { Change, Compare, Entry, Listing, Operation } from "./coordination_store.ts";

/** Removed keys that are remembered. */
const MOST_GONE = 1000;

const ENTRY = z.strictObject({
  value: z.string(),
  revision: z.int(),
  created: z.int(),
  lease: z.string().optional(),
});

const DOCUMENT = z.strictObject({
  /** Removals up to this revision are forgotten. */
  forgotten: z.int(),
  entries: z.record(z.string(), ENTRY),
  removed: z.array(z.tuple([z.string(), z.int()])),
  leases: z.record(z.string(), z.strictObject({ ttlMs: z.int() })),
});

/** The document. */
export type Entries = z.infer<typeof DOCUMENT>;

/** A store that nobody has written to. */
export const NO_ENTRIES: Entries = { forgotten: 0, entries: {}, removed: [], leases: {} };

/** Errors: throws when a stored document is none of these. */
export function readEntries(document: unknown): Entries {
  const { success, data, error } = DOCUMENT.safeParse(document);
  if (success) return data;
  const [{ path, message }] = error.issues as [z.core.$ZodIssue];
  throw new Error(`${path.length === 0 ? "the document" : path.join(".")}: ${message}`);
}

/** The entry of a key; null when there is none. */
export function entryOf(entries: Entries, key: string): Entry | null {
  if (!Object.hasOwn(entries.entries, key)) return null;
  const { value, revision, created, lease } = entries.entries[key]!;
  return { key, value, revision, created, leased: lease !== undefined };
}

/** The keys that begin with `prefix`. */
export function listEntries(entries: Entries, prefix: string, revision: number): Listing {
  const keys = Object.keys(entries.entries).filter((key) => key.startsWith(prefix)).sort();
  return { revision, entries: keys.map((key) => entryOf(entries, key)!) };
}

/** Whether all keys are as a transaction wants them. */
export function holdsAll(entries: Entries, compares: readonly Compare[]): boolean {
  return compares.every(({ key, revision }) => (entryOf(entries, key)?.revision ?? 0) === revision);
}

/** What operations make of the store, at the next revision; null when they change nothing. */
export function applyOperations(
  entries: Entries,
  operations: readonly Operation[],
  revision: number,
): Entries | null {
  const next = new Map(Object.entries(entries.entries));
  const removed = new Map(entries.removed);
  let isChanged = false;
  for (const operation of operations) {
    if ("put" in operation) {
      const { put: key, value, lease } = operation;
      const created = next.get(key)?.created ?? revision;
      next.set(key, { value, revision, created, ...(lease === undefined ? {} : { lease: lease.id }) });
      removed.delete(key);
      isChanged = true;
    } else if (next.delete(operation.remove)) {
      // Put at the end, so that they stay in the order of their revisions.
      removed.delete(operation.remove);
      removed.set(operation.remove, revision);
      isChanged = true;
    }
  }
  if (!isChanged) return null;
  return remember({ ...entries, entries: Object.fromEntries(next) }, [...removed]);
}

/** The store without a lease and the keys under it; the same object when it has no such lease. */
export function withoutLease(entries: Entries, id: string, revision: number): Entries {
  if (!Object.hasOwn(entries.leases, id)) return entries;
  const keys = Object.keys(entries.entries).filter((key) => entries.entries[key]!.lease === id);
  const rest = applyOperations(entries, keys.map((remove) => ({ remove })), revision) ?? entries;
  const leases = Object.entries(entries.leases).filter(([other]) => other !== id);
  return { ...rest, leases: Object.fromEntries(leases) };
}

/** What has changed behind revision `after` under a prefix, oldest first; null when that is not known any more. */
export function changesSince(entries: Entries, prefix: string, after: number): Change[] | null {
  if (after < entries.forgotten) return null;
  const puts = Object.keys(entries.entries).map((key): Change => {
    const entry = entryOf(entries, key)!;
    return { key, revision: entry.revision, entry };
  });
  const removals = entries.removed.map(([key, revision]): Change => ({ key, revision, entry: null }));
  return [...puts, ...removals]
    .filter(({ key, revision }) => revision > after && key.startsWith(prefix))
    .sort((a, b) => a.revision - b.revision);
}

function remember(entries: Entries, removed: [string, number][]): Entries {
  const surplus = removed.slice(0, Math.max(0, removed.length - MOST_GONE));
  return {
    ...entries,
    removed: removed.slice(surplus.length),
    forgotten: surplus.reduce((latest, [, revision]) => Math.max(latest, revision), entries.forgotten),
  };
}
