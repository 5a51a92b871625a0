/**
 * What the instances of a deployment share: keys with values, changed by transactions that are guarded by what their
 * maker has seen. Topology, jobs, locks, acknowledgements and the election of a controller stand on it.
 *
 *     revision    1        2        3        4
 *     key a       put ──────────── put ──── removed       of an entry: `created` 1, then `revision` 3
 *     key b                put                            a transaction moves the store on by one revision
 *
 * Everything is level-triggered: a watcher learns what keys are, in the order of revisions, and of a key that changed
 * several times perhaps the last state alone. Implementations share one conformance suite.
 */
import { StoreError } from "./store.ts";

/** Operations that one transaction may have. */
export const MOST_OPERATIONS = 100;
/** Bytes a value may have: what etcd takes in one request leaves room for a few of them. */
export const LONGEST_VALUE: number = 512 * 1024;
const KEY = /^[!-~]{1,512}$/;

/** A key and what it holds. */
export interface Entry {
  /** Printable ASCII without spaces; 1 to 512 characters. */
  readonly key: string;
  readonly value: string;
  /** The store's revision when it was last put. */
  readonly revision: number;
  /** The store's revision when it came to be; one that was removed and put again is another one. */
  readonly created: number;
  /** It goes with a lease. */
  readonly leased: boolean;
}

/** The store at some revision, or a part of it. */
export interface Listing {
  readonly revision: number;
  /** In the order of their keys. */
  readonly entries: readonly Entry[];
}

/** What a transaction wants to find: the key's last change was this revision; 0: there is no such key. */
export interface Compare {
  readonly key: string;
  readonly revision: number;
}

/** What a transaction does; no key twice. */
export type Operation =
  | { readonly put: string; readonly value: string; readonly lease?: Lease }
  | { readonly remove: string };

/** What came of a transaction. */
export interface Outcome {
  /** All was found as it was wanted, and all was done; else nothing was. */
  readonly succeeded: boolean;
  /** The store's revision behind it. */
  readonly revision: number;
}

/** One key that has changed. */
export interface Change {
  readonly key: string;
  readonly revision: number;
  /** What it is since then; null: removed. */
  readonly entry: Entry | null;
}

/** What a watcher is told. */
export interface CoordinationWatcher {
  /** Keys changed; in the order of revisions, up to `revision`, those of one revision together. */
  changed(changes: readonly Change[], revision: number): void;
  /** What happened since is not known any more. The watch is over: list again, and watch from there. */
  lost(reason: string): void;
  /** The store can't be reached or read. Said once; the watch goes on by itself. */
  failed(error: StoreError): void;
  /** It can again, after `failed`. */
  resumed(): void;
}

/** A promise to be there, for as long as it is renewed; the store renews it by itself. */
export interface Lease {
  readonly id: string;
  /** Aborted, with a StoreError, when it is gone, or when by our clock it may be. */
  readonly lost: AbortSignal;
  /** By our clock it holds at this moment; asked before what must not be done without it. */
  readonly holds: boolean;
  /** Gives it up: keys put under it are gone. */
  end(): Promise<void>;
}

/**
 * A store that instances share. Errors: promises reject with a StoreError: of the kind "unavailable" when nothing has
 * happened, "uncertain" when a transaction may have been done (list, and see), "corrupt" when somebody must look after
 * it; with a RangeError for a key, value or transaction that can't be.
 */
export interface CoordinationStore {
  /** What it is and where, for messages; without secrets. */
  readonly name: string;

  /** One key; `entry` is null when it isn't there. */
  get(key: string): Promise<{ readonly revision: number; readonly entry: Entry | null }>;

  /** All keys that begin with `prefix`, at one revision. */
  list(prefix: string): Promise<Listing>;

  /** Does all operations if all keys are as `compares` wants them. It is durable when the promise settles. */
  commit(compares: readonly Compare[], operations: readonly Operation[]): Promise<Outcome>;

  /** A lease that runs out `ttlMs` after its holder has died or was cut off. At least 1000. */
  lease(ttlMs: number): Promise<Lease>;

  /** Tells of changes of keys that begin with `prefix` behind revision `after`, until the function it answers is called. */
  watch(prefix: string, after: number, watcher: CoordinationWatcher): () => void;

  /** Ends all watches, and all leases that have not ended. */
  close(): Promise<void>;
}

/** Errors: RangeError when a transaction is not one that every store can do. */
export function checkTransaction(compares: readonly Compare[], operations: readonly Operation[]): void {
  if (operations.length > MOST_OPERATIONS || compares.length > MOST_OPERATIONS) {
    throw new RangeError(`a transaction has at most ${MOST_OPERATIONS} compares and operations`);
  }
  const keys = operations.map(keyOf);
  for (const key of [...keys, ...compares.map(({ key }) => key)]) checkKey(key);
  if (new Set(keys).size < keys.length) throw new RangeError("a transaction changes a key twice");
  for (const operation of operations) {
    if ("put" in operation && Buffer.byteLength(operation.value) > LONGEST_VALUE) {
      throw new RangeError(`the value of ${operation.put} is longer than ${LONGEST_VALUE} bytes`);
    }
  }
}

/** Errors: RangeError when it can't be a key. */
export function checkKey(key: string): void {
  if (!KEY.test(key)) throw new RangeError(`${JSON.stringify(key)} can't be a key`);
}

/** The key an operation is about. */
export function keyOf(operation: Operation): string {
  return "put" in operation ? operation.put : operation.remove;
}

/** The error of a lease that is no more. */
export function leaseLost(name: string, why: string): StoreError {
  return new StoreError("unavailable", `a lease of ${name} is lost: ${why}`);
}
