/** One thing after the other: work that must not overlap with other work of its kind. */
export class Exclusively {
  #last: Promise<unknown> = Promise.resolve();
  #running = 0;

  /** Whether something is under way, or waits. */
  get isBusy(): boolean {
    return this.#running > 0;
  }

  /** Settles when all that was asked for before is done. */
  get idle(): Promise<unknown> {
    return this.#last;
  }

  /** Does `work` when all that was asked for before is done. Shape: what it answers or throws. */
  do<T>(work: () => Promise<T>): Promise<T> {
    this.#running++;
    const done = this.#last.then(work).finally(() => this.#running--);
    this.#last = done.catch(() => {});
    return done;
  }
}
