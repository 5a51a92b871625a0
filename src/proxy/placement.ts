/** Which unit of a router has which key of one request. One per splitter; its arrays are reused. */
import type { Arguments } from "../protocol/arguments.ts";
import type { Router } from "../routing/router.ts";

/** What `place` answers when the keys don't live in one unit. */
export const SEVERAL = -2;
/** The end of a chain. */
export const NONE = -1;

/** The keys of one request by unit. Keys are numbered from 0, in the order of the request. */
export class Placement {
  /** The next key of the same unit, by key; `NONE` behind the last. */
  next: Int32Array = new Int32Array(64);
  /** The first key, by unit. */
  first: Int32Array = new Int32Array(0);
  /** Number of keys, by unit. */
  size: Int32Array = new Int32Array(0);
  #unitOf = new Int32Array(64);
  #last = new Int32Array(0);
  /** The units that were chained last. */
  #chained: readonly number[] = [];

  /** The unit of all keys, `SEVERAL`, or -1 when some are in none. Keys are given by their argument indexes. */
  place(router: Router, request: Arguments, keys: Int32Array, count: number): number {
    if (count > this.#unitOf.length) this.#grow(count);
    let common = SEVERAL;
    let several = false;
    for (let i = 0; i < count; i++) {
      const key = keys[i]!;
      const unit = router.unitOf(request.bytesOf(key), request.start(key), request.end(key));
      if (unit < 0) return unit;
      this.#unitOf[i] = unit;
      if (i > 0 && unit !== common) several = true;
      common = unit;
    }
    return several ? SEVERAL : common;
  }

  /** Chains the keys that were placed last; answers their units, of `units`, in the order of their first keys. */
  chain(count: number, units: number): number[] {
    const chained: number[] = [];
    if (this.first.length < units) {
      this.first = new Int32Array(units);
      this.size = new Int32Array(units);
      this.#last = new Int32Array(units);
    }
    for (const unit of this.#chained) this.size[unit] = 0;
    this.#chained = chained;
    for (let i = 0; i < count; i++) {
      const unit = this.#unitOf[i]!;
      if (this.size[unit] === 0) {
        chained.push(unit);
        this.first[unit] = i;
      } else {
        this.next[this.#last[unit]!] = i;
      }
      this.#last[unit] = i;
      this.next[i] = NONE;
      this.size[unit]!++;
    }
    return chained;
  }

  #grow(count: number): void {
    this.#unitOf = new Int32Array(count);
    this.next = new Int32Array(count);
  }
}
