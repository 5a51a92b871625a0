/**
 * Seeing clients off: each is closed at its first quiet moment, with nothing asked and nothing half sent, so that no
 * request is executed without an answer. Many clients are not closed all at once, because they come back all at
 * once: they are asked to leave evenly over the time there is, a few at the least.
 */
import type { Session } from "../proxy/mod.ts";

/** So many clients may come back at once without harm. */
const FEW = 16;
/** What clients that don't leave get to receive what they asked for; milliseconds. */
const LAST_MS = 2000;

/** The clients of some pools, on their way out. */
export class Departure {
  readonly #sessions: () => Iterable<Session>;
  readonly #waiting: Session[];
  readonly #graceMs: number;
  readonly #startMs: number;
  readonly #count: number;
  #isLast = false;

  /** `sessions` are those that are still there. */
  constructor(sessions: () => Iterable<Session>, graceMs: number, now: number) {
    this.#sessions = sessions;
    // Those that ask least often leave first: they are most likely to be quiet.
    this.#waiting = [...sessions()].sort((one, other) => one.lastActiveMs - other.lastActiveMs).reverse();
    this.#count = this.#waiting.length;
    this.#graceMs = graceMs;
    this.#startMs = now;
  }

  /** Goes on; true when nobody is left. */
  tick(now: number): boolean {
    const elapsed = now - this.#startMs;
    const due = Math.ceil(this.#count * Math.min(1, elapsed / Math.max(1, this.#graceMs)));
    const stay = Math.max(0, Math.min(this.#count - due, this.#waiting.length - FEW));
    while (this.#waiting.length > stay) this.#waiting.pop()!.leave();
    if (elapsed >= this.#graceMs && !this.#isLast) {
      this.#isLast = true;
      for (const session of this.#sessions()) session.finishAfterReplies();
    }
    if (elapsed >= this.#graceMs + LAST_MS) {
      for (const session of this.#sessions()) {
        session.close("the proxy ends, and the client hasn't read its replies");
      }
    }
    return this.#isEmpty();
  }

  #isEmpty(): boolean {
    for (const _ of this.#sessions()) return false;
    return true;
  }
}
