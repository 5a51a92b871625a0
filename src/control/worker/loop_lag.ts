/** How late the event loop is for its regular work: what a request may wait for before anybody looks at it. */
import { Histogram, type HistogramCounts, toCounts } from "../../stats/mod.ts";

/** Measures the lag of one process's event loop. */
export class LoopLag {
  readonly #periodMs: number;
  readonly #histogram = new Histogram();
  #lastMs = 0;

  /** `tick` is to be called every `periodMs`. */
  constructor(periodMs: number) {
    this.#periodMs = periodMs;
  }

  /** Called at `now`, on a clock that is read then. */
  tick(now: number): void {
    if (this.#lastMs > 0) this.#histogram.record(Math.max(0, now - this.#lastMs - this.#periodMs));
    this.#lastMs = now;
  }

  /** What was measured so far. */
  get counts(): HistogramCounts {
    return toCounts(this.#histogram.counts);
  }
}
