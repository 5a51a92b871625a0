/** A coordination store in an etcd cluster, over the JSON gateway that every member of version 3.4 and later has. */
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
} from "../coordination_store.ts";
import { EtcdClient, EtcdError, type EtcdOptions } from "./client.ts";
import { EtcdLease } from "./lease.ts";
import { KeyNames, type RangeAnswer, revisionOf, type TxnAnswer } from "./messages.ts";
import { watchEtcd } from "./watch.ts";

const NOT_FOUND = 5;

/** A coordination store under `root` of an etcd cluster. */
export class EtcdCoordination implements CoordinationStore {
  readonly #client: EtcdClient;
  readonly #names: KeyNames;
  readonly #leases = new Set<EtcdLease>();
  readonly #watches = new Set<() => void>();

  constructor(options: EtcdOptions) {
    this.#client = new EtcdClient(options);
    this.#names = new KeyNames(options.root);
  }

  get name(): string {
    return this.#client.name;
  }

  async get(key: string): Promise<{ revision: number; entry: Entry | null }> {
    checkKey(key);
    const { revision, entries } = await this.#range({ key: this.#names.encode(key) });
    return { revision, entry: entries[0] ?? null };
  }

  list(prefix: string): Promise<Listing> {
    return this.#range({ ...this.#names.range(prefix), sort_target: "KEY", sort_order: "ASCEND" });
  }

  async commit(compares: readonly Compare[], operations: readonly Operation[]): Promise<Outcome> {
    checkTransaction(compares, operations);
    try {
      const answer = await this.#client.ask<TxnAnswer>("/v3/kv/txn", {
        compare: compares.map((compare) => this.#names.compare(compare)),
        success: operations.map((operation) => this.#names.operation(operation)),
      }, false);
      return { succeeded: answer.succeeded ?? false, revision: revisionOf(answer) };
    } catch (error) {
      // Of all that a transaction names, a lease alone may be missing.
      if (error instanceof EtcdError && error.code === NOT_FOUND) throw leaseLost(this.name, "it ran out");
      throw error;
    }
  }

  async lease(ttlMs: number): Promise<Lease> {
    if (!(ttlMs >= 1000)) throw new RangeError(`a lease of ${ttlMs} ms is too short`);
    const lease = await EtcdLease.grant(this.#client, ttlMs, (over) => this.#leases.delete(over));
    this.#leases.add(lease);
    return lease;
  }

  watch(prefix: string, after: number, watcher: CoordinationWatcher): () => void {
    const endWatch = watchEtcd(this.#client, this.#names, prefix, after, watcher);
    const end = () => {
      this.#watches.delete(end);
      endWatch();
    };
    this.#watches.add(end);
    return end;
  }

  async close(): Promise<void> {
    for (const end of this.#watches) end();
    await Promise.allSettled([...this.#leases].map((lease) => lease.end()));
  }

  async #range(range: unknown): Promise<Listing> {
    const answer = await this.#client.ask<RangeAnswer>("/v3/kv/range", range, true);
    return { revision: revisionOf(answer), entries: (answer.kvs ?? []).map((kv) => this.#names.entry(kv)) };
  }
}
