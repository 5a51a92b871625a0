/**
 * The lanes to one server beside the usual ones: a set for every variant that sessions ask for, made when the first
 * of them does. A set that nobody has asked for a minute is closed once everything it was asked is answered.
 */
import { turn } from "../transport/turn.ts";
import { Failure } from "./failure.ts";
import type { Lane } from "./lane.ts";
import type { Session } from "./session.ts";
import type { Variant } from "./variant.ts";

/** A set that nobody asks for so long is closed; milliseconds. */
export const IDLE_MS = 60_000;

/** The lanes of one variant. */
interface LaneSet {
  readonly variant: Variant;
  readonly lanes: readonly Lane[];
  lastAskedMs: number;
}

/** Lanes by variant. */
export class LaneSets {
  /** The lanes of all sets. */
  lanes: readonly Lane[] = [];
  /** Sparse, by variant. */
  readonly #sets: (LaneSet | undefined)[] = [];
  readonly #make: (variant: Variant) => readonly Lane[];

  /** `make` gives the lanes of a variant, not connected yet. */
  constructor(make: (variant: Variant) => readonly Lane[]) {
    this.#make = make;
  }

  /** The lane of a session, which is the same one as long as the set lives. */
  laneOf(session: Session): Lane {
    const { variant } = session;
    let set = this.#sets[variant];
    if (set === undefined) {
      set = { variant, lanes: this.#make(variant), lastAskedMs: turn.now };
      this.#sets[variant] = set;
      this.#listLanes();
    }
    set.lastAskedMs = turn.now;
    return set.lanes[session.id % set.lanes.length]!;
  }

  /** Closes what nobody needs; `count` sees every lane once more before it goes. */
  closeIdle(now: number, count: (lane: Lane) => void): void {
    for (const { variant, lanes, lastAskedMs } of this.#made) {
      if (now - lastAskedMs < IDLE_MS || lanes.some(({ inFlight }) => inFlight.length > 0)) continue;
      for (const lane of lanes) {
        lane.close(new Failure("closed", ""));
        count(lane);
      }
      this.#sets[variant] = undefined;
      this.#listLanes();
    }
  }

  get #made(): LaneSet[] {
    return this.#sets.filter((set) => set !== undefined);
  }

  #listLanes(): void {
    this.lanes = this.#made.flatMap(({ lanes }) => lanes);
  }
}
