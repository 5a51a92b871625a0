/**
 * An answer that takes work to give, and that many may ask for at once: some client libraries ask for INFO with every
 * connection they make. Whoever asks while it is being made gets the same one. Where making it takes long, so does
 * whoever asks for a while after, so that it never is most of what the process does.
 */

/** What takes no longer is made for everybody who asks; milliseconds. */
const CHEAP_MS = 10;
/** An answer that took longer is good for so many times as long. */
const WORTH = 10;

/** A question that may be asked often. */
export class SharedAnswer<T> {
  readonly #make: () => Promise<T>;
  #answer: Promise<T> | null = null;
  /** Infinite while it is being made. */
  #goodUntil = 0;

  constructor(make: () => Promise<T>) {
    this.#make = make;
  }

  /** The answer, made now or not long ago. Errors: those of making it. */
  get(): Promise<T> {
    if (this.#answer !== null && performance.now() < this.#goodUntil) return this.#answer;
    const began = performance.now();
    this.#goodUntil = Infinity;
    this.#answer = this.#make().finally(() => {
      const now = performance.now();
      const tookMs = now - began;
      this.#goodUntil = tookMs > CHEAP_MS ? now + tookMs * WORTH : now;
    });
    return this.#answer;
  }
}
