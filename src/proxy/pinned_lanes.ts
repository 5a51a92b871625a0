/**
 * The lanes to one server that a session has for itself for a while: for what it watches, or waits for. They come
 * from a pool of clean ones and go back to it; one that can't be known to be clean is closed. What was done on a
 * connection is gone with it, so a lane that breaks is never used again, and nothing moves to another.
 */
import { turn } from "../transport/turn.ts";
import type { Backend } from "./backend.ts";
import { Failure } from "./failure.ts";
import { Lane } from "./lane.ts";
import { READY } from "./lane_state.ts";
import type { LaneWatcher } from "./lane_watcher.ts";
import type { Pool } from "./pool.ts";
import type { Variant } from "./variant.ts";

/** A clean lane that nobody wanted for so long is closed. */
const IDLE_MS = 60_000;
const NOT_NEEDED = new Failure("closed", "");
const RETIRED = new Failure("closed", "the server left the pool");

/** Who has a lane for himself. */
export interface LaneHolder {
  /** Whether what is in flight on the lane may wait for ever. */
  isBlockedOn(lane: Lane): boolean;
  /** All that was asked on the lane is answered. */
  laneQuiet(lane: Lane): void;
  /** The lane broke or was too late; what was in flight on it has failed. It is taken back by then. */
  laneBroken(lane: Lane): void;
}

/** The pinned lanes of one backend. */
export class PinnedLanes implements LaneWatcher {
  readonly isShared = false;
  readonly #pool: Pool;
  readonly #backend: Backend;
  readonly #held = new Map<Lane, LaneHolder>();
  /** What a lane's connection was greeted for. */
  readonly #variants = new WeakMap<Lane, Variant>();
  /** Clean lanes, the one that was given back last at the end, and since when they have been here. */
  #idle: { readonly lane: Lane; readonly sinceMs: number }[] = [];
  #isRetired = false;

  constructor(pool: Pool, backend: Backend) {
    this.#pool = pool;
    this.#backend = backend;
  }

  /** Lanes that somebody holds. */
  get held(): number {
    return this.#held.size;
  }

  /** All lanes. */
  get all(): Lane[] {
    return [...this.#held.keys(), ...this.#idle.map(({ lane }) => lane)];
  }

  /** A clean lane for `holder` alone; null when as many are held as may be. */
  take(holder: LaneHolder, variant: Variant): Lane | null {
    if (this.#held.size >= this.#pool.config.maxPinned) return null;
    const at = this.#idle.findLastIndex(({ lane }) => this.#variants.get(lane) === variant);
    const lane = at < 0 ? this.#newLane(variant) : this.#idle.splice(at, 1)[0]!.lane;
    this.#held.set(lane, holder);
    return lane;
  }

  #newLane(variant: Variant): Lane {
    const { way, counters } = this.#backend;
    const lane = new Lane(this.#pool, { ...way, greeting: way.greetingOf(variant) }, this, counters);
    this.#variants.set(lane, variant);
    return lane;
  }

  /** Takes a lane back. Unless it is clean it is closed at once, and what it was asked fails. */
  give(lane: Lane, isClean: boolean): void {
    this.#held.delete(lane);
    if (isClean && !this.#isRetired && lane.state === READY && lane.inFlight.length === 0) {
      this.#idle.push({ lane, sinceMs: turn.now });
    } else {
      this.#close(lane, NOT_NEEDED);
    }
  }

  /** The server is no longer the pool's: what only waits there must not wait any longer. */
  retire(): void {
    this.#isRetired = true;
    this.#closeIdle(Infinity);
    for (const [lane, holder] of [...this.#held]) {
      if (holder.isBlockedOn(lane) || lane.inFlight.length === 0) {
        this.#break(lane, holder, RETIRED);
      }
    }
  }

  /** Gives up a lane on which a request may wait for ever; it fails. */
  giveUp(lane: Lane, failure: Failure): void {
    const holder = this.#held.get(lane);
    if (holder !== undefined) this.#break(lane, holder, failure);
  }

  /** Closes all. */
  close(failure: Failure): void {
    this.#closeIdle(Infinity);
    for (const [lane, holder] of [...this.#held]) this.#break(lane, holder, failure);
  }

  /** Closes lanes that nobody has wanted for long. */
  tick(now: number): void {
    if (this.#idle.length > 0) this.#closeIdle(now - IDLE_MS);
  }

  mayConnect(): boolean {
    return this.#backend.mayConnect();
  }

  laneReady(lane: Lane): void {
    this.#backend.laneReady(lane);
  }

  laneQuiet(lane: Lane): void {
    this.#held.get(lane)?.laneQuiet(lane);
  }

  laneFailed(lane: Lane, reason: string): void {
    this.#backend.laneFailed(lane, reason);
    this.laneLost(lane);
  }

  laneLost(lane: Lane): void {
    const holder = this.#held.get(lane);
    this.#idle = this.#idle.filter((idle) => idle.lane !== lane);
    if (holder === undefined) this.#close(lane, NOT_NEEDED);
    else this.#break(lane, holder, NOT_NEEDED);
  }

  #break(lane: Lane, holder: LaneHolder, failure: Failure): void {
    this.#held.delete(lane);
    this.#close(lane, failure);
    holder.laneBroken(lane);
  }

  #closeIdle(untilMs: number): void {
    const over = this.#idle.filter(({ sinceMs }) => sinceMs <= untilMs);
    this.#idle = this.#idle.filter(({ sinceMs }) => sinceMs > untilMs);
    for (const { lane } of over) this.#close(lane, NOT_NEEDED);
  }

  #close(lane: Lane, failure: Failure): void {
    lane.close(failure);
    this.#backend.counters.requestBytes += lane.outbox.takeAppended();
  }
}
