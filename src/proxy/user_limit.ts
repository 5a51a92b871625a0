/**
 * What the clients of one user may ask in a second, all together. Whoever goes over it is served and then not read
 * from until there is something left again, so that nothing is refused and nothing lost, and what waits is what the
 * client's connection holds. Those who wait are woken in order, as many as there is something for, each for its
 * share; so one with a long pipeline keeps nobody from getting on.
 */
import { turn } from "../transport/turn.ts";
import type { Session } from "./session.ts";
import { TokenBucket } from "./token_bucket.ts";

/** The limit of one user. */
export class UserLimit {
  readonly #requests: TokenBucket;
  readonly #bytes: TokenBucket;
  /** First come, first woken. */
  readonly #waiting = new Set<Allowance>();
  /** Grows each time that some are woken; what each of them may have before it waits again. */
  #round = 0;
  #requestsEach = Infinity;
  #bytesEach = Infinity;
  /** Moving average of the bytes of a request and its reply. */
  #usualBytes = 0;

  /** Infinity is no limit. */
  constructor(requestsPerSecond: number, bytesPerSecond: number) {
    this.#requests = new TokenBucket(requestsPerSecond, turn.now);
    this.#bytes = new TokenBucket(bytesPerSecond, turn.now);
  }

  /** Clients that wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Whether nothing is left. */
  get isUsedUp(): boolean {
    this.#fill();
    return this.#requests.left < 1 || this.#bytes.left <= 0;
  }

  /** A client has asked something; whether it may go on. */
  take(allowance: Allowance, bytes: number): boolean {
    this.#requests.left--;
    this.#bytes.left -= bytes;
    this.#usualBytes += (bytes - this.#usualBytes) / 8;
    if (allowance.round !== this.#round) allowance.begin(this.#round);
    allowance.requests++;
    allowance.bytes += bytes;
    const hadItsShare = allowance.requests >= this.#requestsEach || allowance.bytes >= this.#bytesEach;
    return !hadItsShare && !this.isUsedUp;
  }

  /** Has the client's session woken when it is its turn. */
  wait(allowance: Allowance): void {
    this.#waiting.add(allowance);
  }

  /** The client waits no more. Whether it did. */
  forget(allowance: Allowance): boolean {
    return this.#waiting.delete(allowance);
  }

  /** Whether the client waits. */
  has(allowance: Allowance): boolean {
    return this.#waiting.has(allowance);
  }

  /** Wakes those whose turn it is; called every 50 ms or so. */
  tick(): void {
    this.#requestsEach = Infinity;
    this.#bytesEach = Infinity;
    if (this.#waiting.size === 0 || this.isUsedUp) return;
    const served = Math.min(this.#requests.left, this.#bytes.left / Math.max(1, this.#usualBytes));
    const count = Math.max(1, Math.min(this.#waiting.size, Math.floor(served)));
    this.#round++;
    if (this.#waiting.size > 1) {
      // What is left over by rounding is for the next round: who comes last in this one must not get less.
      this.#requestsEach = Math.max(1, Math.floor(this.#requests.left / count));
      this.#bytesEach = this.#bytes.left / count;
    }
    for (const allowance of [...this.#waiting].slice(0, count)) this.#wake(allowance);
  }

  /** Wakes all, for the limit is no more. */
  end(): void {
    for (const allowance of this.#waiting) this.#wake(allowance);
  }

  #wake(allowance: Allowance): void {
    this.#waiting.delete(allowance);
    allowance.begin(this.#round);
    allowance.session.wake();
  }

  #fill(): void {
    this.#requests.fill(turn.now);
    this.#bytes.fill(turn.now);
  }
}

/** One client's part in the limit of its user. */
export class Allowance {
  readonly session: Session;
  readonly limit: UserLimit;
  /** What it has had in this round. */
  round = -1;
  requests = 0;
  bytes = 0;
  /** Replies counted, in bytes. */
  #replies: number;
  #isFresh = true;

  constructor(session: Session, limit: UserLimit) {
    this.session = session;
    this.limit = limit;
    this.#replies = repliesOf(session);
  }

  /** A new round begins. */
  begin(round: number): void {
    this.round = round;
    this.requests = 0;
    this.bytes = 0;
  }

  /** Whether its client waits for its turn. */
  get isWaiting(): boolean {
    return this.limit.has(this);
  }

  /** Its client is somebody else now, or gone. */
  forget(): void {
    if (this.limit.forget(this)) this.session.wake();
  }

  /**
   * Counts a request of so many bytes that is about to be served, and the replies since the one before. False when
   * it has to be put back: its client has just come, and must not get ahead of those that wait, or waits and was
   * woken for another reason.
   */
  admits(requestBytes: number): boolean {
    if (this.isWaiting) return false;
    const isFirst = this.#isFresh;
    this.#isFresh = false;
    if (isFirst && this.limit.isUsedUp) {
      this.#wait();
      return false;
    }
    const replies = repliesOf(this.session);
    if (!this.limit.take(this, requestBytes + replies - this.#replies)) this.#wait();
    this.#replies = replies;
    return true;
  }

  #wait(): void {
    this.session.pool.counters.throttled++;
    this.limit.wait(this);
    this.session.hold();
  }
}

/** Bytes of all replies that have left the queue of a session. */
function repliesOf({ stream: { outbox } }: Session): number {
  return outbox.position;
}
