/** The bytes a worker sets aside for one request that is being uploaded. */
import type { Budget } from "./budget.ts";

/** Requests below this may always arrive: nothing is set aside for them, what is here counts; bytes. */
const RESERVED_ABOVE = 64 * 1024;

/** What is known of a request that has begun; bytes. */
export interface Upload {
  /** What is here and kept. */
  readonly heldBytes: number;
  /** What has been announced and not yet received. */
  readonly announced: number;
}

/** What one session has reserved. */
export class UploadReservation {
  /** Bytes reserved now. */
  bytes = 0;
  /** Bytes that came without room set aside for them. */
  waitingBytes = 0;
  readonly #budget: Budget;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /**
   * Makes the reservation at least what is `here` and what is `announced`. False when there is no room; what is here
   * counts nevertheless.
   */
  reserve(here: number, announced: number): boolean {
    const total = here + announced;
    const wanted = total - this.bytes;
    if (wanted <= 0) return true;
    if (total < RESERVED_ABOVE) {
      this.#wait(here);
      return true;
    }
    if (!this.#budget.reserve(this, wanted)) {
      this.#wait(Math.max(0, here - this.bytes));
      return false;
    }
    this.bytes += wanted;
    this.#wait(0);
    return true;
  }

  /** The announced bytes of an upload count before they come. False when the session has to wait for room. */
  admits({ heldBytes, announced }: Upload): boolean {
    return this.reserve(heldBytes, announced);
  }

  /** Servers don't take what is queued, so that requests wait; an upload that has its bytes set aside goes on. */
  get isClogged(): boolean {
    return this.#budget.isClogged && this.bytes === 0;
  }

  /** Gives everything back: the request is complete, or gone. */
  release(): void {
    this.#wait(0);
    if (this.bytes === 0) return;
    const { bytes } = this;
    this.bytes = 0;
    this.#budget.release(this, bytes);
  }

  #wait(bytes: number): void {
    const delta = bytes - this.waitingBytes;
    if (delta === 0) return;
    this.waitingBytes = bytes;
    this.#budget.change(delta);
  }
}
