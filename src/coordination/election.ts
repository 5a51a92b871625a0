/**
 * One of many, by the coordination store: whoever puts the leader's key under a lease of his own leads until he
 * resigns or the lease is lost. Each election counts the epoch up, in the same transaction.
 *
 *     KEY/leader   {"name": "host-a", "lease": "…"}   goes with the leader's lease
 *     KEY/epoch    42                                  stays, and only grows
 *
 * A lease fences nobody: he who was stopped may wake up and go on. So whatever a leader writes to the store is guarded
 * by `guard`, and whatever he does elsewhere by his fence.
 */
import type { Compare, CoordinationStore, Entry, Lease, Outcome } from "./coordination_store.ts";
import { type Fence, GENERATION_KEY, readGeneration } from "./fence.ts";
import { StoreError } from "./store.ts";

/** Before the next attempt when the store can't be used: doubled each time up to the last; milliseconds. */
const FIRST_DELAY_MS = 100;
const LAST_DELAY_MS = 5000;

/** A candidate. */
export interface Candidate {
  /** What the keys of the election begin with. */
  readonly key: string;
  /** Who it is, for people. */
  readonly name: string;
  /** How long after its end, or its being cut off, others can be elected. Units: milliseconds, at least 1000. */
  readonly ttlMs: number;
  /** Ends the candidacy. */
  readonly signal: AbortSignal;
  /** Told why an attempt has failed; it is made again. */
  readonly failed?: (error: StoreError) => void;
}

/** Being the one. */
export class Leadership {
  constructor(
    readonly fence: Fence,
    /** What every transaction of the leader wants to find, so that it fails once he leads no more. */
    readonly guard: Compare,
    /** For keys that are to go when he leads no more. */
    readonly lease: Lease,
  ) {}

  /** Aborted when he may lead no more. */
  get lost(): AbortSignal {
    return this.lease.lost;
  }

  /** By our own clock he leads at this moment. */
  get holds(): boolean {
    return this.lease.holds;
  }

  /** Lets others lead at once. */
  resign(): Promise<void> {
    return this.lease.end();
  }
}

/** Waits until the candidate is elected. Errors: throws the signal's reason once that is aborted. */
export async function campaign(store: CoordinationStore, candidate: Candidate): Promise<Leadership> {
  const { signal, failed } = candidate;
  let lease = null as Lease | null;
  let attempts = 0;
  try {
    for (;;) {
      signal.throwIfAborted();
      try {
        if (lease === null || lease.lost.aborted) lease = await store.lease(candidate.ttlMs);
        const leadership = await tryOnce(store, candidate, lease);
        if (leadership !== null) return leadership;
        attempts = 0;
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        failed?.(error);
        await pause(Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempts++), signal);
      }
    }
  } catch (error) {
    await lease?.end().catch(() => {});
    throw error;
  }
}

/** Is elected if nobody leads; else waits until whoever leads does so no more, and answers null. */
async function tryOnce(
  store: CoordinationStore,
  { key, name, signal }: Candidate,
  lease: Lease,
): Promise<Leadership | null> {
  const generation = await store.get(GENERATION_KEY);
  const { revision, entries } = await store.list(`${key}/`);
  const leader = entries.find((entry) => entry.key === `${key}/leader`);
  const epoch = entries.find((entry) => entry.key === `${key}/epoch`);
  const count = readGeneration(generation.entry?.value);
  if (count === null) throw new StoreError("unavailable", `${store.name} is being restored`);
  const last = Number(epoch?.value ?? 0);
  if (!Number.isSafeInteger(last)) {
    throw new StoreError("corrupt", `${store.name}: ${key}/epoch is no number: ${epoch?.value}`);
  }
  if (leader !== undefined && !isOurs(leader, lease)) {
    await departure(store, leader.key, revision, AbortSignal.any([signal, lease.lost]));
    return null;
  }
  const led = (term: number, since: number) =>
    new Leadership({ generation: count, epoch: term }, { key: `${key}/leader`, revision: since }, lease);
  // A transaction of ours may have been done although we have not heard of it.
  if (leader !== undefined) return led(last, leader.revision);
  const outcome: Outcome = await store.commit([
    { key: `${key}/leader`, revision: 0 },
    { key: `${key}/epoch`, revision: epoch?.revision ?? 0 },
    { key: GENERATION_KEY, revision: generation.entry?.revision ?? 0 },
  ], [
    { put: `${key}/leader`, value: JSON.stringify({ name, lease: lease.id }), lease },
    { put: `${key}/epoch`, value: String(last + 1) },
  ]);
  return outcome.succeeded ? led(last + 1, outcome.revision) : null;
}

function isOurs(leader: Entry, lease: Lease): boolean {
  try {
    return (JSON.parse(leader.value) as { lease?: string }).lease === lease.id;
  } catch {
    return false;
  }
}

/** Settles when the key has changed, or nobody knows whether it has, or the signal is aborted. */
function departure(store: CoordinationStore, key: string, after: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = () => {
      end();
      signal.removeEventListener("abort", over);
      resolve();
    };
    const end = store.watch(key, after, { changed: over, lost: over, failed() {}, resumed() {} });
    signal.addEventListener("abort", over);
    if (signal.aborted) over();
  });
}

async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(over, delayMs * (0.5 + Math.random() / 2));
    function over() {
      clearTimeout(timer);
      signal.removeEventListener("abort", over);
      resolve();
    }
    signal.addEventListener("abort", over);
  });
}
