/**
 * How many bytes a worker holds for its clients and servers, in all places together: outboxes, replies that came
 * early, merges, announced uploads, and what paused clients had sent.
 *
 * Uploads can be kept waiting, replies can't: they come whether there is room or not. So a quarter of the limit is
 * kept from uploads, and only when replies take more than requests leave them must somebody be sent away.
 */

/** Counts bytes that wait somewhere. */
export interface Account {
  /** Adds to what is held, or with a negative number takes from it. */
  change(delta: number): void;
}

/** The part of the limit that uploads can't take. */
const REPLIES_SHARE = 1 / 4;

/** Waits for bytes to become free. */
export interface BudgetWaiter {
  /** There may be room now: reserve again, and if that fails, wait again. */
  wake(): void;
}

/** One account for all of a worker. */
export class Budget implements Account {
  /** Bytes held now. */
  used = 0;
  /** Bytes that may be held; when it changes, what is held already stays. */
  limit: number;
  /** Bytes of `used` that are announced uploads. */
  reserved = 0;
  /** Bytes of `used` that wait for servers to take them. */
  queued = 0;
  /** The account of what waits for servers. */
  readonly forServers: Account = {
    change: (delta) => {
      this.queued += delta;
      this.change(delta);
    },
  };
  readonly #over: () => void;
  /** Who has bytes set aside, the earliest first. */
  readonly #holders = new Set<object>();
  #waiters: BudgetWaiter[] = [];

  /** `over` is called whenever more replies are held than there is room for. */
  constructor(limit: number, over: () => void) {
    this.limit = limit;
    this.#over = over;
  }

  /** Bytes uploads may bring what waits for servers to. */
  get #uploadLimit(): number {
    return this.limit * (1 - REPLIES_SHARE);
  }

  /** Replies take more than requests leave them. */
  get isOver(): boolean {
    const requests = this.reserved + this.queued;
    return this.used > this.limit && this.used - requests > this.limit * REPLIES_SHARE;
  }

  /** Servers that don't take their requests have used up the limit: no request should be read. */
  get isClogged(): boolean {
    return this.queued >= this.limit;
  }

  change(delta: number): void {
    this.used += delta;
    if (delta < 0) {
      if (this.#waiters.length > 0) this.#wakeAll();
    } else if (this.isOver) {
      this.#over();
    }
  }

  /**
   * Sets bytes aside for an upload, beside those its holder may have already. False without room, or when others wait
   * for it. The earliest holder gets what it asks for: of several that each need more than is left, one must go on, or
   * all would wait for each other. It waits only for servers, which take what is queued or lose it.
   */
  reserve(holder: object, bytes: number): boolean {
    const isHolder = this.#holders.has(holder);
    const queuedFits = this.queued === 0 || this.queued + bytes <= this.#uploadLimit;
    if (!(queuedFits && this.#isEarliest(holder)) && !this.#fits(isHolder, bytes)) return false;
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

  #fits(isHolder: boolean, bytes: number): boolean {
    if (!isHolder && this.#waiters.length > 0) return false;
    return this.used + bytes <= this.limit && this.reserved + this.queued + bytes <= this.#uploadLimit;
  }

  /** Also true of whoever asks when nobody holds or waits for anything. */
  #isEarliest(holder: object): boolean {
    for (const earliest of this.#holders) return earliest === holder;
    return this.#waiters.length === 0;
  }

  /** All, because the first may need more than there is; those that fail queue up again in the same order. */
  #wakeAll(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.wake();
  }
}
