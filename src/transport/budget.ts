/**
 * How many bytes a worker holds for its clients and servers, in all places together: outboxes, replies that came
 * early, merges, announced uploads.
 */

/** Waits for bytes to become free. */
export interface BudgetWaiter {
  /** There may be room now. False when it doesn't wait any more, and the next in line should be woken instead. */
  wake(): boolean;
}

/** One account for all of a worker. */
export class Budget {
  /** Bytes held now. */
  used = 0;
  /** Bytes that may be held. */
  readonly limit: number;
  /** Bytes of `used` that are announced uploads. */
  reserved = 0;
  readonly #over: () => void;
  #waiters: BudgetWaiter[] = [];

  /** `over` is called whenever more is held than may be. */
  constructor(limit: number, over: () => void) {
    this.limit = limit;
    this.#over = over;
  }

  /** Adds to what is held, or with a negative number takes from it. */
  change(delta: number): void {
    this.used += delta;
    if (delta < 0) {
      if (this.#waiters.length > 0) this.#wakeFirst();
    } else if (this.used > this.limit) {
      this.#over();
    }
  }

  /** Sets bytes aside for an upload. False without room, unless nobody else has set any aside: one always goes. */
  reserve(bytes: number): boolean {
    if (this.used + bytes > this.limit && this.reserved > 0) return false;
    this.used += bytes;
    this.reserved += bytes;
    return true;
  }

  /** Gives set-aside bytes back. */
  release(bytes: number): void {
    this.reserved -= bytes;
    this.change(-bytes);
  }

  /** Has the waiter woken when bytes become free, first come first served. */
  waitForBytes(waiter: BudgetWaiter): void {
    this.#waiters.push(waiter);
  }

  #wakeFirst(): void {
    while (this.#waiters.length > 0) {
      if (this.#waiters.shift()!.wake()) return;
    }
  }
}
