/**
 * Seeing clients off: each is closed at its first quiet moment, with nothing asked and nothing half sent, so that no
 * request is executed without an answer. Many clients are not closed all at once, because they come back all at
 * once: they are asked to leave evenly over the time there is, a few at the least. Whoever has just come gets to ask
 * what it came for.
 */
import type { Session } from "../../proxy/mod.ts";

/** So many clients may come back at once without harm. */
const FEW = 16;
/** How long a client that has asked nothing yet has just come; milliseconds. */
const NEW_MS = 1000;
/** What clients that don't leave get to receive what they asked for; milliseconds. */
const LAST_MS = 2000;

/** The clients of a pool, on their way out. */
export class Departure {
  /** Those that are still there. */
  readonly #sessions: ReadonlySet<Session>;
  /** Those that have not been asked to leave, the next one last. */
  readonly #waiting: Session[];
  #asked: Session[] = [];
  readonly #graceMs: number;
  readonly #startMs: number;
  readonly #count: number;
  #isLast = false;

  /** `sessions` loses those that are gone; no new ones come. */
  constructor(sessions: ReadonlySet<Session>, graceMs: number, now: number) {
    this.#sessions = sessions;
    this.#waiting = [...sessions].sort(byPatience);
    this.#count = this.#waiting.length;
    this.#graceMs = graceMs;
    this.#startMs = now;
  }

  /** Goes on; true when nobody is left. */
  tick(now: number): boolean {
    const elapsed = now - this.#startMs;
    if (elapsed < this.#graceMs) this.#ask(elapsed, now);
    else if (!this.#isLast) this.#askLast();
    if (elapsed >= this.#graceMs + LAST_MS) {
      for (const session of this.#sessions) {
        session.close("the proxy ends, and the client hasn't read its replies");
      }
    }
    return this.#sessions.size === 0;
  }

  /** What was not a quiet moment when they were asked may be one now, without anything that has happened since. */
  #ask(elapsed: number, now: number): void {
    const due = Math.ceil(this.#count * elapsed / this.#graceMs);
    const stay = Math.max(0, Math.min(this.#count - due, this.#waiting.length - FEW));
    this.#asked.push(...this.#waiting.splice(stay).reverse());
    this.#asked = this.#asked.filter((session) => this.#sessions.has(session));
    for (const session of this.#asked) {
      if (session.client.lastCommand >= 0 || now - session.client.sinceMs >= NEW_MS) session.leave();
    }
  }

  #askLast(): void {
    this.#isLast = true;
    for (const session of this.#sessions) session.finishAfterReplies();
  }
}

/**
 * The first to leave comes last. Those that ask least often leave first, for they are most likely to be quiet; but
 * those that listen are quiet all the time, and miss what is said while they are away.
 */
function byPatience(one: Session, other: Session): number {
  const [listens, otherListens] = [isSubscriber(one), isSubscriber(other)];
  if (listens !== otherListens) return listens ? -1 : 1;
  return other.lastActiveMs - one.lastActiveMs;
}

function isSubscriber({ client }: Session): boolean {
  return client.redis !== null && client.redis.isSubscriber;
}
