/**
 * The keys of a pool that are asked for most, from a sample: one key in so many, at random distances, so that no
 * rhythm of the requests can hide a key or favour one. Until the next is due, a key costs counting down by one.
 */
import type { Arguments } from "../protocol/arguments.ts";
import { type HotKey, KeySketch } from "../stats/mod.ts";
import type { Pool } from "./pool.ts";

/** Keys that are counted for each that is shown, and in all: what is rare must not crowd out what is frequent. */
const PLACES_PER_KEY = 8;
const FEWEST_PLACES = 256;
/** Bytes of a key that tell it from others. */
const LONGEST_KEY = 1024;
/** After so long, what was seen counts half; milliseconds. */
const FADE_MS = 60_000;
const NEVER = 2 ** 30;

/** The hot keys of one pool. */
export class HotKeys {
  /** Keys until the next one is looked at, that one included. */
  left = NEVER;
  readonly #pool: Pool;
  #sample = 0;
  #most = 0;
  #sketch: KeySketch<string> = new KeySketch(FEWEST_PLACES);
  /** Seconds that are in the sketch, faded as the counts are. */
  #seconds = 0;
  #countedMs = 0;
  #fadeMs = 0;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Looks at one key in `sample`, 0 for none, to find the `most` hottest. Another setting begins anew. */
  configure(sample: number, most: number): void {
    if (sample === this.#sample && most === this.#most) return;
    this.#sample = sample;
    this.#most = most;
    this.#sketch = new KeySketch(Math.max(FEWEST_PLACES, most * PLACES_PER_KEY));
    this.#seconds = 0;
    this.#countedMs = 0;
    this.left = this.#distance();
  }

  /** Counts a request's one key, argument `key`, whose owner is the server of that index. */
  pass(request: Arguments, key: number, server: number): void {
    if (--this.left === 0) this.#take(request, key, server);
  }

  /** Counts a request's keys, whose argument indexes are given. */
  passAll(request: Arguments, keys: Int32Array, count: number): void {
    let passed = 0;
    while (this.left <= count - passed) {
      passed += this.left;
      const key = keys[passed - 1]!;
      const { router } = this.#pool;
      this.#take(request, key, router.route(request.bytesOf(key), request.start(key), request.end(key)));
    }
    this.left -= count - passed;
  }

  #take(request: Arguments, index: number, server: number): void {
    this.left = this.#distance();
    const owner = this.#pool.backends[server];
    if (this.#sample === 0 || owner === undefined) return;
    const start = request.start(index);
    const end = Math.min(request.end(index), start + LONGEST_KEY);
    const key = (request.bytesOf(index) as Buffer).toString("latin1", start, end);
    this.#sketch.add(key, owner.server.name);
  }

  /** Lets time pass; called every second or so. */
  tick(now: number): void {
    if (this.#countedMs > 0) this.#seconds += (now - this.#countedMs) / 1000;
    else this.#fadeMs = now + FADE_MS;
    this.#countedMs = now;
    if (now < this.#fadeMs) return;
    this.#fadeMs = now + FADE_MS;
    this.#seconds /= 2;
    this.#sketch.fade();
  }

  /** The hottest keys, the hottest first. */
  list(): HotKey[] {
    const pool = this.#pool.config.name;
    return this.#sketch.top(this.#most).map(({ key, count, error, tag }) => ({
      pool,
      key,
      server: tag,
      requests: Math.round(count * this.#sample),
      error: Math.round(error * this.#sample),
      perSecond: Math.round(count * this.#sample / Math.max(1, this.#seconds) * 10) / 10,
    }));
  }

  /** Between 1 and twice the sample's distance less one, so that it is right on average. */
  #distance(): number {
    return this.#sample === 0 ? NEVER : 1 + Math.floor(Math.random() * (2 * this.#sample - 1));
  }
}
