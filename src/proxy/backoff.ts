/** How long to wait before the next attempt: twice as long each time, with jitter, up to a bound. */

const FIRST_MS = 50;
const LAST_MS = 2000;

/** Exponential back-off with jitter. */
export class Backoff {
  #attempts = 0;

  /** Milliseconds to wait after one more failure; between half and all of the doubled delay. */
  next(): number {
    const delay = Math.min(LAST_MS, FIRST_MS * 2 ** this.#attempts);
    this.#attempts++;
    return delay * (0.5 + Math.random() / 2);
  }

  /** Begins anew after a success. */
  reset(): void {
    this.#attempts = 0;
  }
}
