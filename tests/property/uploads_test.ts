/** Uploads that share too little memory: they take turns, none waits for ever, and the books balance. */
import { expect, test } from "bun:test";
import { UploadReservation } from "../../src/transport/upload_reservation.ts";
import { Budget, type BudgetWaiter } from "../../src/transport/budget.ts";
import { Random, SEED } from "../support/seed.ts";

const KB = 1024;
const LIMIT = 1000 * KB;
const UPLOADS = 30;

/** A client that uploads a request argument by argument; each is announced before it comes. */
class Upload implements BudgetWaiter {
  isWaiting = false;
  readonly #budget: Budget;
  readonly #reservation: UploadReservation;
  /** What is here and announced, argument by argument. */
  readonly #totals: number[] = [];

  constructor(budget: Budget, random: Random) {
    this.#budget = budget;
    this.#reservation = new UploadReservation(budget);
    let total = 0;
    for (let left = random.integer(1, 6); left > 0; left--) {
      this.#totals.push(total += random.integer(1, random.pick([70, 300, 1500])) * KB);
    }
  }

  get isDone(): boolean {
    return this.#totals.length === 0;
  }

  /** The next argument is announced, or waits for memory; behind the last all is given back. */
  advance(): void {
    if (!this.#reservation.reserve(0, this.#totals[0]!)) {
      this.isWaiting = true;
      this.#budget.waitForBytes(this);
      return;
    }
    this.#totals.shift();
    if (this.isDone) this.#reservation.release();
  }

  /** The client vanishes. */
  giveUp(): void {
    this.#totals.length = 0;
    this.#reservation.release();
  }

  wake(): void {
    this.isWaiting = false;
  }
}

test.each(Array.from({ length: 50 }, (_, i) => i))(
  "uploads all come to their end in random round %d",
  (round) => {
    const random = new Random(`uploads ${round}`);
    const budget = new Budget(LIMIT, () => {});
    let uploads = Array.from({ length: UPLOADS }, () => new Upload(budget, random));
    while (uploads.length > 0) {
      const able = uploads.filter(({ isWaiting }) => !isWaiting);
      expect({ SEED, able: able.length > 0 }).toEqual({ SEED, able: true });
      if (random.integer(0, 50) === 0) random.pick(uploads).giveUp();
      else random.pick(able).advance();
      uploads = uploads.filter(({ isDone }) => !isDone);
      expect(budget.used).toBe(budget.reserved);
    }
    expect(budget.used).toBe(0);
  },
);
