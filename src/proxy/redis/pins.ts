/**
 * The pinned lanes of one session, one per server at most. While a session has one to a server, its requests to that
 * server take it; requests to others go their normal way. It goes back when all that was asked on it is answered and
 * nothing is watched, so that what follows on the shared lane comes later at the server too.
 */
import type { Backend } from "../backend.ts";
import { Failure } from "../failure.ts";
import type { Lane } from "../lane.ts";
import type { Pool } from "../pool.ts";
import type { LaneHolder } from "../pinned_lanes.ts";
import type { Variant } from "../variant.ts";

const NO_KEY = new Uint8Array(0);
const MOVED = new Failure("closed", "the key that was waited for has moved to another server");

/** One pinned lane. */
export interface Pin {
  readonly backend: Backend;
  readonly lane: Lane;
  /** A request on it may wait for what other clients do. */
  isBlocked: boolean;
  /** The key that it waits for; empty when it waits for none. */
  waitsFor: Uint8Array;
  /** Keys are watched on it. */
  isWatching: boolean;
  /** Questions on their way to end its wait: they name the connection, not who waits there. */
  unblocking: number;
}

/** What becomes of pins concerns their session. */
export interface PinOwner {
  /** What its lanes are greeted for. */
  readonly variant: Variant;
  /** A pin was taken or given back. */
  pinsChanged(): void;
  /** Nothing waits at a server any more. */
  unblocked(): void;
  /** The lane on which keys were watched is gone. */
  watchLost(): void;
}

/** The pins of one session. */
export class Pins implements LaneHolder {
  readonly #owner: PinOwner;
  #pins: Pin[] = [];

  constructor(owner: PinOwner) {
    this.#owner = owner;
  }

  /** How many there are. */
  get size(): number {
    return this.#pins.length;
  }

  /** Whether a request of the session waits at a server. */
  get isBlocked(): boolean {
    return this.#pins.some((pin) => pin.isBlocked);
  }

  /** Those on which a request waits. */
  get blocked(): Pin[] {
    return this.#pins.filter((pin) => pin.isBlocked);
  }

  /** The one on which keys are watched, or null. */
  get watching(): Pin | null {
    return this.#pins.find((pin) => pin.isWatching) ?? null;
  }

  /** The session's pin on a server, or null. */
  on(backend: Backend): Pin | null {
    for (let i = 0; i < this.#pins.length; i++) {
      const pin = this.#pins[i]!;
      if (pin.backend === backend) return pin;
    }
    return null;
  }

  /** The session's pin on a server, a new one if need be; null when the server's pinned lanes are all taken. */
  take(backend: Backend): Pin | null {
    const former = this.on(backend);
    if (former !== null) return former;
    const lane = backend.pinned.take(this, this.#owner.variant);
    if (lane === null) return null;
    const pin = { backend, lane, isBlocked: false, waitsFor: NO_KEY, isWatching: false, unblocking: 0 };
    this.#pins.push(pin);
    this.#owner.pinsChanged();
    return pin;
  }

  /** Gives back those on which nothing was asked. */
  giveIdle(): void {
    for (const pin of [...this.#pins]) {
      if (pin.isWatching || pin.lane.inFlight.length > 0) continue;
      this.#remove(pin.lane);
      giveBack(pin);
    }
    this.#owner.pinsChanged();
  }

  /** Keys may have moved: what is waited for on a server that has lost it never comes. */
  reroute({ router, backends }: Pool): void {
    for (const { backend, lane, isBlocked, waitsFor } of [...this.#pins]) {
      if (!isBlocked || waitsFor.length === 0) continue;
      const owner = backends[router.route(waitsFor, 0, waitsFor.length)];
      if (owner !== backend) backend.pinned.giveUp(lane, MOVED);
    }
  }

  /** What was watched is not watched any more, or never was. */
  loseWatch(): void {
    const pin = this.watching;
    if (pin !== null) pin.isWatching = false;
    this.#owner.watchLost();
    this.#owner.pinsChanged();
  }

  /** The session is gone: what waits for it must not. */
  end(): void {
    const pins = this.#pins;
    this.#pins = [];
    for (const { backend, lane, isWatching, unblocking } of pins) {
      backend.pinned.give(lane, !isWatching && unblocking === 0);
    }
  }

  isBlockedOn(lane: Lane): boolean {
    return this.#pins.some((pin) => pin.lane === lane && pin.isBlocked);
  }

  laneQuiet(lane: Lane): void {
    const pin = this.#pins.find((each) => each.lane === lane);
    if (pin === undefined) return;
    if (!pin.isWatching) {
      this.#remove(lane);
      giveBack(pin);
      this.#owner.pinsChanged();
    }
    this.#unblock(pin);
  }

  laneBroken(lane: Lane): void {
    const pin = this.#remove(lane);
    if (pin === undefined) return;
    if (pin.isWatching) this.#owner.watchLost();
    this.#owner.pinsChanged();
    this.#unblock(pin);
  }

  #unblock(pin: Pin): void {
    if (!pin.isBlocked) return;
    pin.isBlocked = false;
    if (!this.isBlocked) this.#owner.unblocked();
  }

  #remove(lane: Lane): Pin | undefined {
    const pin = this.#pins.find((each) => each.lane === lane);
    this.#pins = this.#pins.filter((each) => each !== pin);
    return pin;
  }
}

/** Gives the lane to whoever needs one next, unless it may still be unblocked for what has been answered by now. */
function giveBack({ backend, lane, unblocking }: Pin): void {
  backend.pinned.give(lane, unblocking === 0);
}
