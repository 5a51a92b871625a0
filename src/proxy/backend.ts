/** One server of a pool: its lanes, and what is known about it. */
import type { ServerConfig } from "../config/mod.ts";
import type { RespVersion } from "../protocol/redis/resp_version.ts";
import { Failure, failureOf, INTERNAL } from "./failure.ts";
import { Lane } from "./lane.ts";
import { IDLE, READY } from "./lane_state.ts";
import { LaneSets } from "./lane_sets.ts";
import type { LaneWatcher } from "./lane_watcher.ts";
import type { Pool } from "./pool.ts";
import { PinnedLanes } from "./pinned_lanes.ts";
import type { ServerCounters } from "./server_counters.ts";
import type { Session } from "./session.ts";
import { USUAL, type Variant, variantOf } from "./variant.ts";
import type { Way } from "./way.ts";

/** What a backend tells whoever judges servers. Verdicts come back as a new router. */
export interface BackendWatcher {
  /** A connection to it failed, or an attempt to make one. */
  backendFailed(backend: Backend, reason: string): void;
  /** A connection to it is ready. */
  backendReady(backend: Backend): void;
  /** A cluster seems to be laid out otherwise; the node of this name should know, where one is named. */
  layoutDoubted(node: string): void;
}

/** The requests a lane had been asked when this was made, answered or not; those that come later don't count. */
export interface Debt {
  readonly lane: Lane;
  readonly requests: number;
}

/** A server and the lanes to it. */
export class Backend implements LaneWatcher {
  /** Its place in the pool's order; what routers answer. */
  index: number;
  /** What cursors call it; 0: it has no number. */
  number = 0;
  server: ServerConfig;
  readonly way: Way;
  /** The usual lanes: those of RESP2 and database 0. */
  readonly lanes: readonly Lane[];
  /** Lanes that sessions have for themselves. */
  readonly pinned: PinnedLanes;
  readonly isShared = true;
  /** Shared with other backends of this server that were or will be. */
  readonly counters: ServerCounters;
  /** The version it reports; empty until known. */
  version = "";
  readonly #pool: Pool;
  readonly #watcher: BackendWatcher;
  /** Lanes of a variant. */
  readonly #width: number;
  readonly #others = new LaneSets((variant) => this.#newLanes(variant));
  readonly #asides = new Map<RespVersion, Lane>();
  #isRetired = false;
  /** What other ways to the same server have to answer before this one may be taken. */
  #debts: readonly Debt[];

  /** `debts` are those of other ways to the same server: requests that were asked there come first. */
  constructor(
    pool: Pool,
    index: number,
    server: ServerConfig,
    way: Way,
    watcher: BackendWatcher,
    debts: readonly Debt[] = [],
  ) {
    this.#pool = pool;
    this.index = index;
    this.server = server;
    this.way = way;
    this.counters = pool.countersOf(server.name);
    this.#watcher = watcher;
    this.#debts = debts;
    this.#width = pool.config.serverConnections;
    this.lanes = this.#newLanes(USUAL);
    this.pinned = new PinnedLanes(pool, this);
  }

  /** The lane a session's requests to this server take; always the same one, so that their order is kept. */
  laneOf(session: Session): Lane {
    if (session.variant !== USUAL) return this.#others.laneOf(session);
    return this.lanes.length === 1 ? this.lanes[0]! : this.lanes[session.id % this.lanes.length]!;
  }

  /** The lane for the proxy's own requests. */
  get firstLane(): Lane {
    return this.lanes[0]!;
  }

  /**
   * The lane for what must not wait behind requests in flight: a server that runs a script reads nothing more from
   * the connection the script came on. Closed as soon as it is idle.
   */
  laneAside(version: RespVersion): Lane {
    const former = this.#asides.get(version);
    if (former !== undefined) return former;
    const lane = this.#newLane(variantOf(version, 0));
    this.#asides.set(version, lane);
    return lane;
  }

  /** All lanes there are now. */
  get allLanes(): readonly Lane[] {
    return this.#asides.size === 0 ? this.#orderedLanes : [...this.#orderedLanes, ...this.#asides.values()];
  }

  /** Lanes that are connected. */
  get connected(): number {
    return this.allLanes.filter((lane) => lane.state === READY).length;
  }

  /** Whether a request has not been answered yet. */
  get isBusy(): boolean {
    return this.#asides.size > 0 || this.#orderedLanes.some((lane) => lane.inFlight.length > 0);
  }

  /** What it has been asked and not answered yet. */
  get debts(): Debt[] {
    return this.#orderedLanes.filter(({ inFlight }) => inFlight.length > 0).map((lane) => ({
      lane,
      requests: lane.requests,
    }));
  }

  /** Replies received so far, on connections of single clients too. */
  get replies(): number {
    return this.counters.replies;
  }

  /** Those whose requests must not overtake each other. */
  get #orderedLanes(): readonly Lane[] {
    const [others, pinned] = [this.#others.lanes, this.pinned.all];
    return others.length + pinned.length === 0 ? this.lanes : [...this.lanes, ...others, ...pinned];
  }

  #newLanes(variant: Variant): Lane[] {
    return Array.from({ length: this.#width }, () => this.#newLane(variant));
  }

  #newLane(variant: Variant): Lane {
    const way = variant === USUAL ? this.way : { ...this.way, greeting: this.way.greetingOf(variant) };
    return new Lane(this.#pool, way, this, this.counters);
  }

  /** Looks after deadlines. A fault of ours in a lane is the end of that lane's requests, and of nobody else's. */
  tick(now: number): void {
    this.#others.closeIdle(now, (lane) => this.#countBytesOf(lane));
    for (const lane of this.allLanes) this.#tickLane(lane, now);
    this.pinned.tick(now);
    for (const [version, lane] of this.#asides) {
      if (lane.inFlight.length > 0) continue;
      lane.close(new Failure("closed", ""));
      this.#countBytesOf(lane);
      this.#asides.delete(version);
    }
  }

  #tickLane(lane: Lane, now: number): void {
    try {
      lane.tick(now);
    } catch (error) {
      const reason = `${INTERNAL}: ${(error as Error).stack}`;
      lane.close(failureOf(reason));
      this.laneFailed(lane, reason);
    }
  }

  /** It gets no more requests; what becomes of those it has says nothing about the pool's servers. */
  retire(): void {
    this.#isRetired = true;
    this.pinned.retire();
  }

  /** Connects the usual lanes now instead of at the first request. */
  preconnect(): void {
    for (const lane of this.lanes) {
      if (lane.state === IDLE) lane.open();
    }
  }

  /** Closes all lanes for good; requests in flight fail with `reason`. */
  close(reason: string): void {
    const failure = new Failure("closed", reason);
    for (const lane of this.allLanes) lane.close(failure);
    this.pinned.close(failure);
    this.countBytes();
  }

  /** Brings the count of bytes sent up to date; it isn't kept with each request, because outboxes know it anyway. */
  countBytes(): void {
    for (const lane of this.allLanes) this.#countBytesOf(lane);
  }

  #countBytesOf(lane: Lane): void {
    this.counters.requestBytes += lane.outbox.takeAppended();
  }

  /** False while another way to the server has to answer what was asked before. */
  mayConnect(): boolean {
    this.#debts = this.#debts.filter(({ lane, requests }) => lane.requests - lane.inFlight.length < requests);
    return this.#debts.length === 0;
  }

  laneReady(lane: Lane): void {
    // It may have been away, and come back as another.
    if (this.lanes.includes(lane)) {
      this.version = "";
      this.#pool.protocol.serverReady?.(this);
    }
    if (!this.#isRetired) this.#watcher.backendReady(this);
  }

  laneFailed(lane: Lane, reason: string): void {
    // A server that lacks a database or RESP3 is as good as ever for all others.
    if (lane.isUnwelcome && !this.lanes.includes(lane)) return;
    this.version = "";
    if (!this.#isRetired) this.#watcher.backendFailed(this, reason);
  }
}
