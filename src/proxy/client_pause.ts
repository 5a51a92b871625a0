/**
 * CLIENT PAUSE: requests wait while an operator does something to the servers. What the proxy answers itself goes
 * on, and so does reading when only writes are paused. A client whose request waits is not read from.
 */
import type { Session } from "./session.ts";

/** The pause of one pool's clients. */
export class ClientPause {
  #until = 0;
  #readsToo = false;
  readonly #waiting = new Set<Session>();

  /** Whether some requests have to wait. */
  get isOn(): boolean {
    return this.#until > 0;
  }

  /** Begins, or goes on until `until` on the turn's clock; a pause that is on is neither shortened nor loosened. */
  start(until: number, readsToo: boolean): void {
    this.#readsToo = readsToo || (this.isOn && this.#readsToo);
    this.#until = Math.max(until, this.#until);
  }

  /** Whether a request has to wait, `reads` being true of one that changes nothing. */
  holds(reads: boolean): boolean {
    return this.isOn && (this.#readsToo || !reads);
  }

  /** Wakes the session when the pause is over. */
  wait(session: Session): void {
    this.#waiting.add(session);
  }

  /** Ends it. */
  end(): void {
    this.#until = 0;
    this.#readsToo = false;
    for (const session of this.#waiting) session.wake();
    this.#waiting.clear();
  }

  /** Whether it has lasted as long as it should. */
  isOver(now: number): boolean {
    return this.isOn && now >= this.#until;
  }

  /** The session is gone. */
  forget(session: Session): void {
    this.#waiting.delete(session);
  }
}
