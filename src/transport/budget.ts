/**
 * How many bytes a worker holds for its clients and servers, in all places together: outboxes, replies that came
 * early, merges, announced uploads.
 */

/** Waits for bytes to become free. */
export interface BudgetWaiter {
  /** There may be room now: reserve again, and if that fails, wait again. */
  wake(): void;
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
  /** Who has bytes set aside, the earliest first. */
  readonly #holders = new Set<object>();
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
      if (this.#waiters.length > 0) this.#wakeAll();
    } else if (this.used > this.limit) {
      this.#over();
    }
  }

  /**
   * Sets bytes aside for an upload, beside those its holder may have already. False without room, or when others wait
   * for it. The earliest holder always gets what it asks for: of several that each need more than is left, one must
   * go on, or all would wait for each other.
   */
  reserve(holder: object, bytes: number): boolean {
    const isHolder = this.#holders.has(holder);
    const fits = this.used + bytes <= this.limit && (isHolder || this.#waiters.length === 0);
    if (!fits && !this.#isEarliest(holder)) return false;
    if (!isHolder) this.#holders.add(holder);
    this.used += bytes;
    this.reserved += bytes;
    return true;
  }

  /** Gives back all `bytes` a holder has set aside. */
  release(holder: object, bytes: number): void {
    this.#holders.delete(holder);
    this.reserved -= bytes;
    this.change(-bytes);
  }

  /** Has the waiter woken when bytes become free, first come first served. */
  waitForBytes(waiter: BudgetWaiter): void {
    this.#waiters.push(waiter);
  }

  /** Also true of whoever asks when nobody holds anything. */
  #isEarliest(holder: object): boolean {
    for (const earliest of this.#holders) return earliest === holder;
    return true;
  }

  /** All, because the first may need more than there is; those that fail queue up again in the same order. */
  #wakeAll(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.wake();
  }
}
