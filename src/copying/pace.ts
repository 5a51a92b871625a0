/**
 * How fast to copy: no more than so many bytes a second, and so that the server that is copied from stays quick for
 * its clients. What a probe of it takes beyond the limit makes the share of time in which we copy smaller by a third;
 * each probe within the limit gives a twentieth back. Pure: time comes in as an argument.
 */

/** What is asked for. */
export interface PaceLimits {
  /** Bytes a second; null: as fast as it goes. */
  readonly bytesPerSecond: number | null;
  /** How long a probe may take. Units: milliseconds; null: nobody minds. */
  readonly latencyMs: number | null;
}

const SMALLEST_SHARE = 0.02;
const SHRINK = 2 / 3;
const GROWTH = 0.05;
/** No wait is longer, so that a pause or an end is noticed; milliseconds. */
const LONGEST_WAIT_MS = 2000;

/** The pace of one copier. */
export class Pace {
  limits: PaceLimits;
  #share = 1;
  /** When all bytes up to now would have gone at the rate allowed. */
  #paidUntilMs = 0;

  constructor(limits: PaceLimits) {
    this.limits = limits;
  }

  /** The share of time in which to copy; 1 when nobody suffers. */
  get share(): number {
    return this.#share;
  }

  /** A probe took so long. */
  observe(latencyMs: number): void {
    const { latencyMs: limit } = this.limits;
    if (limit === null) this.#share = 1;
    else if (latencyMs > limit) this.#share = Math.max(SMALLEST_SHARE, this.#share * SHRINK);
    else this.#share = Math.min(1, this.#share + GROWTH);
  }

  /** How long to wait after a batch of `bytes` that began at `startMs` and ended at `nowMs`. Units: milliseconds. */
  delay(bytes: number, startMs: number, nowMs: number): number {
    const rest = (nowMs - startMs) * (1 / this.#share - 1);
    const { bytesPerSecond } = this.limits;
    if (bytesPerSecond === null) return Math.min(LONGEST_WAIT_MS, rest);
    // What was not used before counts for nothing: a pause is followed by no burst.
    this.#paidUntilMs = Math.max(this.#paidUntilMs, startMs) + bytes / bytesPerSecond * 1000;
    return Math.min(LONGEST_WAIT_MS, Math.max(rest, this.#paidUntilMs - nowMs));
  }
}
