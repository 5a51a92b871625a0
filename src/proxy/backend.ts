/** One server of a pool: its lanes, and what is known about it. */
import type { ServerConfig } from "../config/mod.ts";
import { Lane } from "./lane.ts";
import { IDLE, READY } from "./lane_state.ts";
import type { LaneWatcher } from "./lane_watcher.ts";
import type { Pool } from "./pool.ts";
import type { Session } from "./session.ts";
import { wayTo } from "./way.ts";

/** What a backend tells whoever judges servers. Verdicts come back as a new router. */
export interface BackendWatcher {
  /** A connection to it failed, or an attempt to make one. */
  backendFailed(backend: Backend, reason: string): void;
  /** A connection to it is ready. */
  backendReady(backend: Backend): void;
}

/** A server and the lanes to it. */
export class Backend implements LaneWatcher {
  /** Its place in the pool's order; what routers answer. */
  index: number;
  server: ServerConfig;
  /** What its lanes connect with. */
  readonly way: string;
  readonly lanes: readonly Lane[];
  /** The version it reports; empty until known. */
  version = "";
  readonly #watcher: BackendWatcher;
  /** Other ways to the same server that have not been answered all they were asked. */
  #predecessors: readonly Backend[];

  /** `predecessors` are other ways to the same server, which get no more requests: their replies come first. */
  constructor(
    pool: Pool,
    index: number,
    server: ServerConfig,
    watcher: BackendWatcher,
    predecessors: readonly Backend[] = [],
  ) {
    this.index = index;
    this.server = server;
    this.way = wayTo(server, pool);
    this.#watcher = watcher;
    this.#predecessors = predecessors;
    this.lanes = Array.from(
      { length: pool.config.serverConnections },
      () => new Lane(pool, server.address, this),
    );
  }

  /** The lane a session's requests to this server take; always the same one, so that their order is kept. */
  laneOf(session: Session): Lane {
    return this.lanes.length === 1 ? this.lanes[0]! : this.lanes[session.id % this.lanes.length]!;
  }

  /** The lane for the proxy's own requests. */
  get firstLane(): Lane {
    return this.lanes[0]!;
  }

  /** Lanes that are connected. */
  get connected(): number {
    return this.lanes.filter((lane) => lane.state === READY).length;
  }

  /** Whether a request has not been answered yet. */
  get isBusy(): boolean {
    return this.lanes.some((lane) => lane.inFlight > 0);
  }

  /** Connects all lanes now instead of at the first request. */
  preconnect(): void {
    for (const lane of this.lanes) {
      if (lane.state === IDLE) lane.open();
    }
  }

  /** Closes all lanes for good; requests in flight fail with `reason`. */
  close(reason: string): void {
    for (const lane of this.lanes) lane.close(reason);
  }

  mayConnect(): boolean {
    this.#predecessors = this.#predecessors.filter((backend) => backend.isBusy);
    return this.#predecessors.length === 0;
  }

  laneReady(_lane: Lane): void {
    // It may have been away, and come back as another.
    this.version = "";
    this.#watcher.backendReady(this);
  }

  laneFailed(_lane: Lane, reason: string): void {
    this.version = "";
    this.#watcher.backendFailed(this, reason);
  }
}
