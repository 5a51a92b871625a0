/**
 * A copy of all that a coordination store keeps, to bring it back when it was lost or has gone back in time. What is
 * restored is of a new generation, so that proxies and servers that have seen later epochs of the old one obey.
 */
import * as z from "zod";
import {
  type Compare,
  type CoordinationStore,
  MOST_OPERATIONS,
  type Operation,
} from "./coordination_store.ts";
import { GENERATION_KEY, readGeneration, RESTORING } from "./fence.ts";
import { StoreError } from "./store.ts";

const KIND = "sennit topology";

const ARCHIVE = z.strictObject({
  kind: z.literal(KIND),
  generation: z.int().positive(),
  /** The store's revision. */
  revision: z.int(),
  entries: z.record(z.string(), z.string()),
});

/** A copy, as plain JSON data. */
export type Archive = z.infer<typeof ARCHIVE>;

/** Copies all keys but those that go with a lease. Errors: StoreError. */
export async function exportStore(store: CoordinationStore): Promise<Archive> {
  const { revision, entries } = await store.list("");
  const kept = entries.filter(({ leased, key }) => !leased && key !== GENERATION_KEY);
  const generation = readGeneration(entries.find(({ key }) => key === GENERATION_KEY)?.value);
  if (generation === null) throw new StoreError("corrupt", `${store.name} was not restored to its end`);
  return {
    kind: KIND,
    generation,
    revision,
    entries: Object.fromEntries(kept.map(({ key, value }) => [key, value])),
  };
}

/** Errors: throws when it is no copy. */
export function readArchive(data: unknown): Archive {
  const { success, data: archive, error } = ARCHIVE.safeParse(data);
  if (success) return archive;
  const [{ path, message }] = error.issues as [z.core.$ZodIssue];
  throw new Error(
    `this is no exported topology: ${path.length === 0 ? "" : `${path.join(".")}: `}${message}`,
  );
}

/**
 * Makes the store what the copy says, whatever it has now, in a generation above both. Until that is done its
 * generation is not one, so that nobody acts on a half; done again, it begins anew.
 *
 * Shape: the generation. Errors: StoreError; of the kind "conflict" when somebody else restores at the same time.
 */
export async function restoreStore(store: CoordinationStore, archive: Archive): Promise<number> {
  const present = await store.list("");
  const mark = present.entries.find(({ key }) => key === GENERATION_KEY);
  const generation =
    Math.max(readGeneration(mark?.value) ?? 0, generationBefore(mark?.value), archive.generation) + 1;
  // The generation of before stays readable, for whoever must begin anew.
  const begun = await guarded(store, { key: GENERATION_KEY, revision: mark?.revision ?? 0 }, [
    { put: GENERATION_KEY, value: `${RESTORING} ${generation}` },
  ]);
  const guard = { key: GENERATION_KEY, revision: begun };
  const wanted = new Set(Object.keys(archive.entries));
  const surplus = present.entries.filter(({ key }) => key !== GENERATION_KEY && !wanted.has(key));
  const operations: Operation[] = [
    ...surplus.map(({ key }): Operation => ({ remove: key })),
    ...Object.entries(archive.entries).map(([put, value]): Operation => ({ put, value })),
  ];
  for (const batch of batches(operations)) await guarded(store, guard, batch);
  await guarded(store, guard, [{ put: GENERATION_KEY, value: String(generation) }]);
  return generation;
}

async function guarded(store: CoordinationStore, guard: Compare, operations: Operation[]): Promise<number> {
  const { succeeded, revision } = await store.commit([guard], operations);
  if (!succeeded) throw new StoreError("conflict", `somebody else restores ${store.name} too`);
  return revision;
}

function generationBefore(value = ""): number {
  return Number(new RegExp(`^${RESTORING} (\\d+)$`).exec(value)?.[1] ?? 0);
}

/** Few enough for a transaction, and small enough for a request. */
function* batches(operations: readonly Operation[]): Generator<Operation[]> {
  const MOST_BYTES = 512 * 1024;
  let batch: Operation[] = [];
  let bytes = 0;
  for (const operation of operations) {
    const size = "put" in operation ? Buffer.byteLength(operation.value) : 0;
    if (batch.length === MOST_OPERATIONS || (batch.length > 0 && bytes + size > MOST_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(operation);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
