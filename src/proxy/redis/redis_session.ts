/**
 * What Redis keeps for a connection beyond who is at the other end. Most sessions never need one. RESET and the end
 * of the session clear it, in one place.
 */
import { Subscriptions } from "../pubsub/subscriptions.ts";
import type { Session } from "../session.ts";
import { Transaction } from "./transaction.ts";
import { become } from "./users.ts";

/** The version of the protocol a session speaks. */
export type RespVersion = 2 | 3;

/** The state of one session. */
export class RedisSession {
  version: RespVersion = 2;
  /** Between MULTI and EXEC. */
  transaction: Transaction | null = null;
  readonly #session: Session;
  #subscriptions: Subscriptions | null = null;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Whether the session's requests are served as anybody's. */
  get isPlain(): boolean {
    return this.transaction === null && !this.isConfined;
  }

  /** Whether it may ask for little but subscriptions: in RESP2 a message could be taken for any other reply. */
  get isConfined(): boolean {
    return this.version === 2 && this.#subscriptions !== null && this.#subscriptions.isSubscribing;
  }

  /** Whether the client may be told things at any time. */
  get isSubscriber(): boolean {
    return this.#subscriptions !== null && this.#subscriptions.size > 0;
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

  /** The transaction is over; what it queued is the caller's to send and to clear. */
  endTransaction(): void {
    this.transaction = null;
    this.changed();
  }

  /** DISCARD. */
  discard(): void {
    this.transaction?.clear();
    this.endTransaction();
  }

  /** RESET; what the client hears until this is answered, it hears. */
  reset(): void {
    if (this.transaction !== null) this.discard();
    this.#subscriptions?.askToLeaveAll();
  }

  /** The end of the session. */
  end(): void {
    if (this.transaction !== null) this.discard();
    this.#subscriptions?.end();
  }

  /** Has the session's next requests served as its state demands. */
  changed(): void {
    become(this.#session, this.#session.client.user);
  }
}

/** The state of a session, made if there is none. */
export function stateOf(session: Session): RedisSession {
  return session.client.redis ??= new RedisSession(session);
}

/** The version a session speaks. */
export function respVersion(session: Session): RespVersion {
  return session.client.redis?.version ?? 2;
}
