/**
 * A proxy's side of slot jobs: it takes topology from the store by watch, has its data plane hold what is locked, and
 * says what it routes by and holds.
 *
 * A proxy that loses the store goes on with what it has: it serves what is not held, and what is held stays so, since
 * the slots may have moved meanwhile. It lets go only of what a fresh look at the store says it may: with its lease
 * renewed, and the table read in the same breath.
 */
import type { CoordinationStore, Lease, Listing } from "../coordination/mod.ts";
import { SlotHash } from "../routing/slots/slot_hash.ts";
import { type ProxyState, readLock, readTable, type SlotKeys, type SlotTable } from "./slot_keys.ts";

/** The data plane, as far as slots go. */
export interface SlotPlane {
  /** Routes by a table; what is held goes on by it. */
  route(table: SlotTable): void;
  /** Holds slots: requests that come wait; settles when none of them is on its way any more. */
  hold(slots: readonly number[]): Promise<void>;
  /** Lets go of slots that were held. */
  release(slots: readonly number[]): void;
}

/** Who the proxy is. */
export interface AgentOptions {
  readonly store: CoordinationStore;
  readonly keys: SlotKeys;
  readonly proxy: string;
  /** Its user at servers; null: servers know it by its connections' name. */
  readonly user: string | null;
  readonly plane: SlotPlane;
  /** How long after its death it is missed. Units: milliseconds. */
  readonly ttlMs: number;
  readonly signal: AbortSignal;
  readonly failed: (error: Error) => void;
}

const RETRY_MS = 200;

/** One proxy's agent. */
export class ProxyAgent {
  readonly #options: AgentOptions;
  /** What is held, by lock: its revision, and the slots. */
  readonly #held = new Map<string, { readonly revision: number; readonly slots: readonly number[] }>();
  #lease: Lease | null = null;
  #table: SlotTable | null = null;

  constructor(options: AgentOptions) {
    this.#options = options;
  }

  /** Takes part until the signal is aborted. It never fails: what goes wrong is told, and tried again. */
  async run(): Promise<void> {
    const { signal, failed } = this.#options;
    while (!signal.aborted) {
      try {
        await this.#follow(await this.#look());
      } catch (error) {
        if (signal.aborted) return;
        failed(error as Error);
        await Bun.sleep(RETRY_MS);
      }
    }
  }

  /** Leaves in order: it writes to servers no more. Errors: StoreError. */
  async leave(): Promise<void> {
    const { store, keys, proxy } = this.#options;
    await store.commit([], [{ remove: keys.member(proxy) }]);
    await this.#lease?.end();
  }

  /** Everything, as it is now, under a lease that holds. */
  async #look(): Promise<Listing> {
    const { store, keys, proxy, user, ttlMs } = this.#options;
    if (this.#lease === null || !this.#lease.holds) this.#lease = await store.lease(ttlMs);
    await store.commit([], [{ put: keys.member(proxy), value: JSON.stringify({ user }) }]);
    const listing = await store.list(keys.prefix);
    await this.#take(listing);
    return listing;
  }

  /** Looks again at each change of what it goes by; ends when the watch does, or the lease. */
  async #follow({ revision }: Listing): Promise<void> {
    const { store, keys, proxy, signal } = this.#options;
    const lease = this.#lease!;
    let wake: () => void = () => {};
    let isNews = false;
    let isOver = false;
    const news = (over: boolean) => {
      isNews = true;
      isOver ||= over;
      wake();
    };
    const end = store.watch(keys.prefix, revision, {
      changed: (changes) => {
        if (changes.some(({ key }) => key === keys.table || keys.nameIn("locks", key) !== null)) news(false);
        // Somebody has fenced us, and will not wait for us any more: we must be known again before we go on.
        if (changes.some(({ key, entry }) => key === keys.member(proxy) && entry === null)) news(true);
      },
      lost: () => news(true),
      failed: this.#options.failed,
      resumed() {},
    });
    const over = () => news(true);
    const either = AbortSignal.any([signal, lease.lost]);
    either.addEventListener("abort", over);
    try {
      while (!isOver) {
        if (!isNews) await new Promise<void>((resolve) => (wake = resolve));
        isNews = false;
        if (!isOver) await this.#take(await store.list(keys.prefix));
      }
    } finally {
      end();
      either.removeEventListener("abort", over);
    }
  }

  /** Goes by what the store says; then says so. */
  async #take({ entries }: Listing): Promise<void> {
    const { keys, plane } = this.#options;
    const text = entries.find(({ key }) => key === keys.table)?.value;
    const table = text === undefined ? null : readTable(text);
    if (table !== null && table.epoch > (this.#table?.epoch ?? 0)) {
      this.#table = table;
      plane.route(table);
    }
    if (this.#table === null) return;
    const { count } = new SlotHash(this.#table.hash);
    const locks = new Map(entries.flatMap((entry) => {
      const id = keys.nameIn("locks", entry.key);
      return id === null ? [] : [[id, entry]];
    }));
    for (const [id, { revision, slots }] of this.#held) {
      if (locks.get(id)?.created === revision) continue;
      this.#held.delete(id);
      plane.release(slots);
    }
    for (const [id, { value, created }] of locks) {
      if (this.#held.has(id)) continue;
      const slots = readLock(value, count);
      this.#held.set(id, { revision: created, slots });
      await plane.hold(slots);
    }
    await this.#say();
  }

  async #say(): Promise<void> {
    const { store, keys, proxy } = this.#options;
    const locks = Object.fromEntries([...this.#held].map(([id, { revision }]) => [id, revision]));
    const state: ProxyState = { epoch: this.#table!.epoch, locks };
    await store.commit([], [{ put: keys.state(proxy), value: JSON.stringify(state), lease: this.#lease! }]);
  }
}
