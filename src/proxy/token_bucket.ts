/**
 * How much of something is left to be had. It fills by `perSecond` and holds what a second brings, so that who had
 * little lately may have much at once. It may be overdrawn: what was had too much is waited for afterwards.
 */

const MS_PER_SECOND = 1000;

/** One bucket. Times are on the turn's clock. */
export class TokenBucket {
  readonly perSecond: number;
  /** What is left; negative when it is overdrawn. */
  left: number;
  #filledAt: number;

  /** Full at `now`; `perSecond` may be Infinity. */
  constructor(perSecond: number, now: number) {
    this.perSecond = perSecond;
    this.left = this.#most;
    this.#filledAt = now;
  }

  /** Adds what has come in since. */
  fill(now: number): void {
    if (now === this.#filledAt || this.perSecond === Infinity) return;
    const came = (now - this.#filledAt) * this.perSecond / MS_PER_SECOND;
    this.left = Math.min(this.#most, this.left + came);
    this.#filledAt = now;
  }

  /** Never less than one, or nothing could be had at all. */
  get #most(): number {
    return Math.max(1, this.perSecond);
  }
}
