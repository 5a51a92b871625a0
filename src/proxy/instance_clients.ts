/** The clients of the instance, as one of them may see and handle them. A worker alone knows its own. */
import { type ClientDetails, detailClient, isSubscriber } from "./client_view.ts";
import { turn } from "../transport/turn.ts";
import type { MonitorLines } from "./monitor/monitor_feed.ts";
import type { Pool } from "./pool.ts";
import { unblock, type UnblockReason } from "./redis/unblock.ts";

/** Which clients are meant: those that fit everything that is given. Plain data, so that it can reach other workers. */
export interface ClientFilter {
  readonly ids?: readonly number[];
  readonly address?: string;
  readonly localAddress?: string;
  readonly user?: string;
  /** Connected for at least so long. */
  readonly minAgeSeconds?: number;
  readonly isSubscriber?: boolean;
  readonly except?: number;
}

/** What a client may ask about the clients of its pool, in whichever workers they are. */
export interface InstanceClients {
  clientsOf(pool: string): Promise<ClientDetails[]>;
  /** Disconnects clients. Shape: how many. */
  killClients(pool: string, filter: ClientFilter): Promise<number>;
  /** Has requests wait for so long, only writes or reads too. */
  pauseClients(pool: string, timeoutMs: number, readsToo: boolean): Promise<void>;
  resumeClients(pool: string): Promise<void>;
  /** Ends the wait of a client for data. Shape: as `unblock`'s; "0" when there is no such client. */
  unblockClient(pool: string, id: number, reason: UnblockReason): Promise<string>;
  /** The worker `who` has monitors, and wants to be told what clients send for so long. */
  wantMonitorLines(pool: string, who: string, forMs: number): Promise<void>;
  /** Lines of the worker `from` for monitors; done when they are written. */
  passMonitorLines(pool: string, from: string, lines: MonitorLines): Promise<void>;
}

/** The clients of one worker. */
export class OwnClients implements InstanceClients {
  readonly #pools: () => Iterable<Pool>;

  constructor(pools: () => Iterable<Pool>) {
    this.#pools = pools;
  }

  // deno-lint-ignore require-await -- a part of an interface that others implement over a channel
  async clientsOf(pool: string): Promise<ClientDetails[]> {
    return this.#named(pool).flatMap(({ sessions }) => [...sessions].map(detailClient));
  }

  // deno-lint-ignore require-await -- as above
  async killClients(pool: string, filter: ClientFilter): Promise<number> {
    const meant = this.#named(pool).flatMap(({ sessions }) =>
      [...sessions].filter((each) => fits(detailClient(each), filter))
    );
    for (const session of meant) session.close("killed by CLIENT KILL");
    return meant.length;
  }

  // deno-lint-ignore require-await -- as above
  async pauseClients(name: string, timeoutMs: number, readsToo: boolean): Promise<void> {
    for (const pool of this.#named(name)) pool.pauseClients(timeoutMs, readsToo);
  }

  // deno-lint-ignore require-await -- as above
  async resumeClients(name: string): Promise<void> {
    for (const pool of this.#named(name)) pool.resumeClients();
  }

  async unblockClient(name: string, id: number, reason: UnblockReason): Promise<string> {
    turn.begin();
    for (const { sessions } of this.#named(name)) {
      for (const session of sessions) if (session.id === id) return await unblock(session, reason);
    }
    return "0";
  }

  // deno-lint-ignore require-await -- as above
  async wantMonitorLines(name: string, who: string, forMs: number): Promise<void> {
    turn.begin();
    for (const { monitors } of this.#named(name)) monitors.want(who, forMs);
  }

  // deno-lint-ignore require-await -- as above
  async passMonitorLines(name: string, from: string, lines: MonitorLines): Promise<void> {
    turn.begin();
    for (const { monitors } of this.#named(name)) monitors.take(from, lines);
  }

  #named(name: string): Pool[] {
    return [...this.#pools()].filter(({ config }) => config.name === name);
  }
}

/** Whether a client is meant. */
export function fits(client: ClientDetails, filter: ClientFilter): boolean {
  const { id, address, localAddress, user, ageSeconds } = client;
  return id !== filter.except && (filter.ids?.includes(id) ?? true) &&
    (filter.address ?? address) === address && (filter.localAddress ?? localAddress) === localAddress &&
    (filter.user ?? user) === user &&
    (filter.isSubscriber ?? isSubscriber(client)) === isSubscriber(client) &&
    ageSeconds >= (filter.minAgeSeconds ?? 0);
}
