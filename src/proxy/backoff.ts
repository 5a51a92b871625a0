/** How long to wait before the next attempt: twice as long each time, with jitter, up to a bound. */

const FIRST_MS = 50;
const LAST_MS = 2000;

/** Exponential back-off with jitter. */
export class Backoff {
  #attempts = 0;
  #fruitless = 0;

  /** Milliseconds to wait after one more failure; between half and all of the doubled delay. */
  next(): number {
    const delay = Math.min(LAST_MS, FIRST_MS * 2 ** this.#attempts);
    this.#attempts++;
    return delay * (0.5 + Math.random() / 2);
  }

  /**
   * A connection is gone that had been made. True when the next attempt must wait: it is the second in a row that
   * took requests and gave no reply, as one that is accepted for a server that isn't there.
   */
  lost(repliesCame: boolean, requestsFailed: boolean): boolean {
    if (repliesCame) {
      this.#attempts = 0;
      this.#fruitless = 0;
    } else if (requestsFailed) {
      this.#fruitless++;
    }
    return this.#fruitless > 1;
  }
}
