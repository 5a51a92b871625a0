/** One pool in one worker: its data plane, what accepts its clients, and what watches its servers. */
import { formatAddress, type PoolConfig } from "../../config/mod.ts";
import type { Pool, Shared } from "../../proxy/mod.ts";
import { listen, type Listener } from "../../transport/listen.ts";
import { closeDescriptor } from "../../transport/listening_socket.ts";
import type { ListenTls } from "../../transport/tls.ts";
import { FailureReporter } from "./failure_reporter.ts";
import type { PoolPlan, Verdict } from "./plan.ts";
import { makePool, makeRouter, settingsOf } from "./pool_parts.ts";
import type { SupervisorApi } from "./worker_api.ts";

/** How long an address that the pool leaves is accepted at, for those who wait there already; milliseconds. */
const LAST_CALL_MS = 100;

/** What a pool is to accept clients with from now on; open already, but nobody was accepted yet. */
export interface Opening {
  readonly address: string;
  /** What the listeners were made for. */
  readonly place: string;
  /** Null: those it has will do. */
  readonly listeners: readonly Listener[] | null;
}

/** A pool. */
export class Member {
  readonly pool: Pool;
  readonly #watcher: FailureReporter;
  #plan: PoolPlan;
  #listeners: readonly Listener[] = [];
  /** Where the listeners accept. */
  #listening = "";
  #address = "";
  /** Those of addresses it had before. */
  #outgoing: { readonly address: string; readonly listener: Listener }[] = [];

  constructor(config: PoolConfig, plan: PoolPlan, shared: Shared, supervisor: SupervisorApi) {
    this.#watcher = new FailureReporter(config.name, supervisor);
    this.#plan = plan;
    this.pool = makePool({ ...settingsOf(config, plan), shared, seat: plan.seat, watcher: this.#watcher });
  }

  /** Whether a configuration can be taken over; another protocol means another pool, and so does a cluster. */
  canBecome(config: PoolConfig): boolean {
    const { redis, cluster } = this.pool.config;
    return redis === config.redis && (cluster === null) === (config.cluster === null);
  }

  /** Another configuration is about to come. */
  async prepare(config: PoolConfig, plan: PoolPlan): Promise<void> {
    if (this.canBecome(config)) await this.pool.subscribers.prepare(settingsOf(config, plan));
  }

  /** Takes over another configuration; one that is the same touches nothing. */
  reconfigure(config: PoolConfig, plan: PoolPlan): void {
    if (Bun.deepEquals(config, this.pool.config) && Bun.deepEquals(plan, this.#plan)) return;
    this.#plan = plan;
    this.pool.reconfigure(settingsOf(config, plan));
  }

  /** Takes servers into the ring, or out of it; those that come back are connected at once. A cluster's may be others. */
  route(verdict: Verdict): void {
    const { pool } = this;
    if (verdict.cluster !== null) {
      const { servers, numbers } = verdict.cluster;
      this.#plan = { ...this.#plan, verdict, numbers };
      pool.resettle({ servers, numbers, router: makeRouter(pool.config, verdict), groups: [] });
      return;
    }
    const before = this.#plan.verdict.live;
    this.#plan = { ...this.#plan, verdict };
    pool.reroute(makeRouter(pool.config, verdict));
    for (const [index, isLive] of verdict.live.entries()) {
      const backend = pool.backends[index]!;
      if (!isLive || before[index]) continue;
      this.#watcher.forgive(backend);
      for (const lane of backend.lanes) lane.open();
    }
  }

  /**
   * Opens what it accepts clients with in another configuration, which comes between two events; the sockets are the
   * opening's from now on. Errors: when one of them can't be used; all are closed then.
   */
  open(config: PoolConfig, { tls }: PoolPlan, descriptors: readonly (number | null)[]): Opening {
    const address = formatAddress(config.listen);
    const place = JSON.stringify([address, descriptors.length, tls]);
    if (place !== this.#listening) {
      return { address, place, listeners: this.#acceptAll(config, tls, descriptors) };
    }
    closeAll(descriptors);
    return { address, place, listeners: null };
  }

  /** Accepts clients there from now on. `taken` are all addresses that pools have now. */
  enter({ address, place, listeners }: Opening, taken: ReadonlySet<string>): void {
    if (listeners === null) return;
    this.#leaveAddress();
    // Who waits there may be another pool's client now.
    this.#stopOutgoing(({ address }) => taken.has(address));
    setTimeout(() => this.#stopOutgoing(() => true), LAST_CALL_MS);
    this.#listeners = listeners;
    this.#listening = place;
    this.#address = address;
  }

  /** Connects to its servers, if that is not to wait for the first request. */
  preconnect(): void {
    if (!this.pool.config.preconnect) return;
    for (const backend of this.pool.backends) backend.preconnect();
  }

  /** Accepts no more clients. */
  stopListening(): void {
    this.#leaveAddress();
    this.#stopOutgoing(() => true);
  }

  #leaveAddress(): void {
    this.#outgoing.push(...this.#listeners.map((listener) => ({ address: this.#address, listener })));
    this.#listeners = [];
    this.#listening = "";
  }

  #stopOutgoing(which: (outgoing: { readonly address: string }) => boolean): void {
    for (const outgoing of this.#outgoing) if (which(outgoing)) outgoing.listener.stop();
    this.#outgoing = this.#outgoing.filter((outgoing) => !which(outgoing));
  }

  /** Accepts on all of them or on none. */
  #acceptAll(next: PoolConfig, tls: ListenTls | null, descriptors: readonly (number | null)[]): Listener[] {
    const listeners: Listener[] = [];
    try {
      for (const descriptor of descriptors) listeners.push(this.#accept(next, tls, descriptor));
      return listeners;
    } catch (error) {
      for (const listener of listeners) listener.stop();
      closeAll(descriptors.slice(listeners.length + 1));
      throw error;
    }
  }

  #accept(next: PoolConfig, tls: ListenTls | null, descriptor: number | null): Listener {
    const { pool } = this;
    // The same object in all configurations of the pool.
    const { config } = pool;
    return listen({
      address: next.listen,
      descriptor,
      backlog: next.backlog,
      tls,
      handshakeMs: () => config.clientBodyTimeoutMs,
      keepaliveMs: () => config.tcpKeepalive ? config.clientKeepaliveMs : 0,
      budget: pool.shared.budget,
      accept: (stream) => pool.accept(stream),
    });
  }
}

/** Closes descriptors that nobody takes; null stands for one that somebody has. */
export function closeAll(descriptors: readonly (number | null)[]): void {
  for (const descriptor of descriptors) if (descriptor !== null) closeDescriptor(descriptor);
}
