/** Sessions whose request nobody can serve at the moment: it waits in the session until the layout changes. */
import type { RequestScanner } from "../../protocol/redis/request_scanner.ts";
import { turn } from "../../transport/turn.ts";
import type { Pool } from "../pool.ts";
import type { Session } from "../session.ts";

/** The parked sessions of one pool. */
export class Parked {
  readonly #pool: Pool;
  /** Until when each waits, on the turn's clock. */
  #until = new Map<Session, number>();
  /** The same of those that were woken, in case they have to wait on. */
  #woken = new Map<Session, number>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Puts the request back; false when it has waited for so long as a request may. */
  park(session: Session, request: RequestScanner): boolean {
    const { timeoutMs } = this.#pool.config;
    const until = this.#woken.get(session) ?? turn.now + (timeoutMs || Infinity);
    this.#woken.delete(session);
    if (turn.now >= until) return false;
    this.#until.set(session, until);
    session.putBack(request.asSent());
    return true;
  }

  /** Has all of them try again. */
  wake(): void {
    const parked = this.#until;
    this.#until = new Map();
    for (const [session, until] of parked) this.#wake(session, until);
  }

  /** Has those try a last time whose time is over. */
  tick(now: number): void {
    if (this.#woken.size > 0) this.#woken = new Map();
    for (const [session, until] of this.#until) {
      if (now < until) continue;
      this.#until.delete(session);
      this.#wake(session, until);
    }
  }

  /** The session is gone. */
  forget(session: Session): void {
    this.#until.delete(session);
    this.#woken.delete(session);
  }

  #wake(session: Session, until: number): void {
    this.#woken.set(session, until);
    session.wake();
  }
}
