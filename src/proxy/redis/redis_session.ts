/**
 * What Redis keeps for a connection beyond who is at the other end. Most sessions never need one. RESET clears it
 * and the end of the session ends it, each in one place.
 */
import { turn } from "../../transport/turn.ts";
import { Subscriptions } from "../pubsub/subscriptions.ts";
import type { Session } from "../session.ts";
import { LOCAL_COMMAND, Request } from "../request.ts";
import { type Variant, versionOf } from "../variant.ts";
import { encodeCommand } from "./greeting.ts";
import { type PinOwner, Pins } from "./pins.ts";
import { ReplyMode } from "./reply_mode.ts";
import { Transaction } from "./transaction.ts";
import { Tracker } from "../tracking/tracker.ts";
import { become } from "./users.ts";

const UNWATCH = encodeCommand(["UNWATCH"]);
const NOBODY_ASKED = { take() {} };

/** The state of one session. */
export class RedisSession implements PinOwner {
  /** Between MULTI and EXEC. */
  transaction: Transaction | null = null;
  /** Keys that were watched may have changed, for nobody can tell any more: EXEC has to answer null. */
  isWatchLost = false;
  readonly pins: Pins;
  readonly replyMode: ReplyMode;
  /** CLIENT TRACKING; null while it is off. */
  tracker: Tracker | null = null;
  /** Whether it sees what all clients send. */
  isMonitoring = false;
  readonly #session: Session;
  #subscriptions: Subscriptions | null = null;

  constructor(session: Session) {
    this.#session = session;
    this.pins = new Pins(this);
    this.replyMode = new ReplyMode(session);
  }

  /** What its lanes are greeted for. */
  get variant(): Variant {
    return this.#session.variant;
  }

  /** Its lanes are greeted for something else from now on: what it watched on one of its own, nobody watches any more. */
  switchTo(variant: Variant): void {
    if (variant === this.variant) return;
    this.isWatchLost ||= this.pins.watching !== null;
    this.pins.end();
    this.#session.variant = variant;
    this.changed();
  }

  /** Whether the session's requests are served as anybody's. */
  get isPlain(): boolean {
    const isWatching = this.pins.size > 0 || this.isWatchLost;
    const isListening = this.isConfined || this.isMonitoring || this.tracker?.followsReads === true;
    return this.transaction === null && !isListening && !isWatching && !this.replyMode.isSkipping;
  }

  /** Whether a request waits at a server for what other clients do; later ones wait for it. */
  get isBlocked(): boolean {
    return this.pins.isBlocked;
  }

  /** Whether it is in the middle of something that its end would undo. */
  get isBusy(): boolean {
    return this.transaction !== null || this.pins.size > 0;
  }

  /** Whether it may ask for little but subscriptions: in RESP2 a message could be taken for any other reply. */
  get isConfined(): boolean {
    return versionOf(this.#session.variant) === 2 && this.#subscriptions !== null &&
      this.#subscriptions.isSubscribing;
  }

  /** Whether the client may be told things at any time. */
  get isSubscriber(): boolean {
    return this.#subscriptions !== null && this.#subscriptions.size > 0;
  }

  /** Whether it is told of changes of keys. */
  get isTracking(): boolean {
    return this.tracker !== null;
  }

  /** What it listens to. */
  get subscriptions(): Subscriptions {
    return this.#subscriptions ??= new Subscriptions(this.#session);
  }

  /** Bytes kept for the client. */
  get heldBytes(): number {
    return this.transaction?.bytes ?? 0;
  }

  /** MULTI. */
  begin(): void {
    const { router, shared } = this.#session.pool;
    this.transaction = new Transaction(router, shared.budget);
    this.changed();
  }

  /** The transaction is over, and nothing is watched; what it queued is the caller's to send and to clear. */
  endTransaction(): void {
    this.transaction = null;
    const { watching } = this.pins;
    if (watching !== null) watching.isWatching = false;
    this.isWatchLost = false;
    this.changed();
  }

  /** DISCARD. */
  discard(): void {
    this.transaction?.clear();
    this.unwatch();
    this.endTransaction();
  }

  /** UNWATCH. */
  unwatch(): void {
    this.isWatchLost = false;
    const pin = this.pins.watching;
    if (pin !== null) {
      pin.isWatching = false;
      if (pin.lane.begin(new Request(null, NOBODY_ASKED, LOCAL_COMMAND, turn.now))) {
        pin.lane.outbox.append(UNWATCH, 0, UNWATCH.length);
        pin.lane.push();
      }
    }
    this.changed();
  }

  /** MONITOR. */
  monitor(): void {
    this.isMonitoring = true;
    this.#session.pool.monitors.add(this.#session);
    this.changed();
  }

  /** Shows it no more of what other clients do. */
  stopMonitoring(): void {
    this.isMonitoring = false;
    this.#session.pool.monitors.remove(this.#session);
  }

  /** CLIENT TRACKING: told of these changes and no others from now on; null: of none. */
  track(wish: Pick<Tracker, "mode" | "prefixes"> | null): void {
    const { tracking } = this.#session.pool;
    if (this.tracker !== null) tracking.remove(this.tracker);
    this.tracker = wish === null ? null : new Tracker(this.#session, wish.mode, wish.prefixes);
    if (this.tracker !== null) tracking.add(this.tracker);
    this.changed();
  }

  /** RESET; what the client hears until this is answered, it hears. */
  reset(): void {
    this.discard();
    this.replyMode.reset();
    this.#subscriptions?.askToLeaveAll();
  }

  /** The end of the session. */
  end(): void {
    this.transaction?.clear();
    this.transaction = null;
    this.pins.end();
    this.#subscriptions?.end();
    if (this.isMonitoring) this.stopMonitoring();
    if (this.tracker !== null) this.#session.pool.tracking.remove(this.tracker);
    this.tracker = null;
  }

  /** Has the session's next requests served as its state demands. */
  changed(): void {
    become(this.#session, this.#session.client.user);
  }

  pinsChanged(): void {
    this.changed();
  }

  unblocked(): void {
    // What it waited for may have been taken just now, and the replicas still have it.
    this.#session.client.wroteMs = turn.now;
    this.#session.wake();
  }

  watchLost(): void {
    this.isWatchLost = true;
  }
}

/** The state of a session, made if there is none. */
export function stateOf(session: Session): RedisSession {
  return session.client.redis ??= new RedisSession(session);
}
