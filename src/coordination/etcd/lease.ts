/**
 * A lease of an etcd cluster, renewed from here. It counts as lost when etcd says so, or when by our own clock it may
 * have run out: counted from when the last renewal was asked for, which is before etcd began to count.
 */
import { type Lease, leaseLost } from "../coordination_store.ts";
import { type EtcdClient, EtcdError } from "./client.ts";

/** Renewals in the time of a lease. */
const RENEWALS = 4;
const NOT_FOUND = 5;

/** A lease that we hold. */
export class EtcdLease implements Lease {
  readonly id: string;
  readonly #lost = new AbortController();
  readonly #client: EtcdClient;
  readonly #ttlMs: number;
  readonly #onOver: (lease: EtcdLease) => void;
  readonly #timer: ReturnType<typeof setInterval>;
  #holdsUntil: number;
  #renewing = false;
  #ending: Promise<void> | null = null;

  private constructor(
    client: EtcdClient,
    id: string,
    ttlMs: number,
    grantedMs: number,
    onOver: (lease: EtcdLease) => void,
  ) {
    this.#client = client;
    this.id = id;
    this.#ttlMs = ttlMs;
    this.#onOver = onOver;
    this.#holdsUntil = grantedMs + ttlMs;
    this.#timer = setInterval(() => void this.#tick(), ttlMs / RENEWALS / 2);
    this.#timer.unref();
  }

  /** Asks for one; `onOver` is called once, whatever ends it. */
  static async grant(
    client: EtcdClient,
    ttlMs: number,
    onOver: (lease: EtcdLease) => void,
  ): Promise<EtcdLease> {
    const before = performance.now();
    // One that was granted and never heard of runs out by itself.
    const { ID, TTL } = await client.ask<{ ID: string; TTL: string }>(
      "/v3/lease/grant",
      { TTL: String(Math.ceil(ttlMs / 1000)) },
      true,
    );
    return new EtcdLease(client, ID, Number(TTL) * 1000, before, onOver);
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  get holds(): boolean {
    return !this.#lost.signal.aborted && this.#ending === null && performance.now() < this.#holdsUntil;
  }

  end(): Promise<void> {
    this.#ending ??= this.#revoke();
    return this.#ending;
  }

  async #revoke(): Promise<void> {
    this.#stop();
    try {
      await this.#client.ask("/v3/lease/revoke", { ID: this.id }, true);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  async #tick(): Promise<void> {
    if (performance.now() >= this.#holdsUntil) return this.#lose("it was not renewed in time");
    const isDue = performance.now() >= this.#holdsUntil - this.#ttlMs * (1 - 1 / RENEWALS);
    if (!isDue || this.#renewing) return;
    this.#renewing = true;
    try {
      await this.#renew();
    } finally {
      this.#renewing = false;
    }
  }

  async #renew(): Promise<void> {
    const before = performance.now();
    try {
      const { result } = await this.#client.ask<{ result?: { TTL?: string } }>(
        "/v3/lease/keepalive",
        { ID: this.id },
        true,
      );
      // etcd answers for a lease that it doesn't know with no time to live.
      if (Number(result?.TTL ?? 0) > 0) this.#holdsUntil = before + this.#ttlMs;
      else this.#lose("etcd has let it run out");
    } catch (error) {
      if (isNotFound(error)) this.#lose("etcd has let it run out");
      // Otherwise it is tried again, until its time is over.
    }
  }

  #lose(why: string): void {
    if (this.#ending !== null || this.#lost.signal.aborted) return;
    this.#stop();
    this.#lost.abort(leaseLost(this.#client.name, why));
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#onOver(this);
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof EtcdError && error.code === NOT_FOUND;
}
