/** The bytes a worker sets aside for one request that is being uploaded. */
import type { Budget } from "../transport/budget.ts";

/** Requests below this are too small to be counted while they arrive; bytes. */
const COUNTED_ABOVE = 64 * 1024;

/** What one session has reserved. */
export class UploadReservation {
  /** Bytes reserved now. */
  bytes = 0;
  readonly #budget: Budget;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** Makes the reservation at least `total`, what is here and what is announced. False when there is no room. */
  reserve(total: number): boolean {
    const wanted = total - this.bytes;
    if (total < COUNTED_ABOVE || wanted <= 0) return true;
    if (!this.#budget.reserve(this, wanted)) return false;
    this.bytes += wanted;
    return true;
  }

  /** Gives everything back: the request is complete, or gone. */
  release(): void {
    if (this.bytes === 0) return;
    const { bytes } = this;
    this.bytes = 0;
    this.#budget.release(this, bytes);
  }
}
