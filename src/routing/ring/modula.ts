import type { RouteReason } from "../router.ts";
import type { KeyHash } from "./key_hash.ts";
import { RingRouter } from "./ring_router.ts";
import type { LiveServer } from "./ring_server.ts";

/**
 * The modula distribution: each live server has as many slots as its weight, side by side in index order, and
 * a key is in the slot that its hash leaves as a remainder.
 *
 * Slots are held as ranges, so that a weight of a million costs what a weight of one does.
 */
export class ModulaRouter extends RingRouter {
  readonly #keyHash: KeyHash;
  readonly #slotCount: number;
  /** By live server, ascending: the slot behind its last one. */
  readonly #slotEnds: Float64Array;
  readonly #owners: Int32Array;

  constructor(servers: readonly LiveServer[], keyHash: KeyHash, epoch: number) {
    super(servers.map(({ index }) => index), epoch);
    this.#keyHash = keyHash;
    let slots = 0;
    this.#slotEnds = Float64Array.from(servers, (server) => slots += server.weight);
    this.#slotCount = slots;
    this.#owners = Int32Array.from(servers, (server) => server.index);
  }

  route(bytes: Uint8Array, start: number, end: number): number {
    const slot = this.#keyHash.of(bytes, start, end) % this.#slotCount;
    let low = 0;
    let high = this.#owners.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#slotEnds[middle]! <= slot) low = middle + 1;
      else high = middle;
    }
    return this.#owners[low]!;
  }

  explain(bytes: Uint8Array, start: number, end: number): RouteReason {
    const reason = this.#keyHash.explain(bytes, start, end);
    return { ...reason, point: reason.hash % this.#slotCount };
  }
}
