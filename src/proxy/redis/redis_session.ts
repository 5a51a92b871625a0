/**
 * What Redis keeps for a connection beyond who is at the other end. Most sessions never need one. RESET and the end
 * of the session clear it, in one place.
 */
import type { Session } from "../session.ts";
import { Transaction } from "./transaction.ts";
import { become } from "./users.ts";

/** The state of one session. */
export class RedisSession {
  readonly #session: Session;
  /** Between MULTI and EXEC. */
  transaction: Transaction | null = null;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Whether the session's requests are served as anybody's. */
  get isPlain(): boolean {
    return this.transaction === null;
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

  /** Back to a fresh connection. */
  clear(): void {
    if (this.transaction !== null) this.discard();
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
