/**
 * A router by slots: a key's slot says which server owns it. Which slot is whose is a table that somebody else decides
 * on, and that changes as a whole.
 */
import { NO_SERVER, type Router, type RouteReason } from "../router.ts";
import { SlotHash, type SlotHashName } from "./slot_hash.ts";

/** A snapshot of whose slots are whose. */
export interface SlotRouterOptions {
  readonly hash: SlotHashName;
  /** By slot, the index of the server that owns it; `NO_SERVER`: the slot is offline. */
  readonly owners: readonly number[];
  readonly epoch: number;
}

/** Routes by slots. */
export class SlotRouter implements Router {
  readonly epoch: number;
  readonly owners: readonly number[];
  /** A slot moves as a whole, so it is what keys of one request must share. */
  readonly units: number;
  readonly #hash: SlotHash;
  readonly #servers: Int16Array;

  /** Errors: RangeError when the table has not as many slots as the hash. */
  constructor({ hash, owners, epoch }: SlotRouterOptions) {
    this.#hash = new SlotHash(hash);
    if (owners.length !== this.#hash.count) {
      throw new RangeError(
        `a table of ${owners.length} slots is none for ${hash}, which has ${this.#hash.count}`,
      );
    }
    this.epoch = epoch;
    this.units = owners.length;
    this.#servers = Int16Array.from(owners);
    const named = new Set(owners);
    named.delete(NO_SERVER);
    this.owners = [...named].sort((a, b) => a - b);
  }

  route(bytes: Uint8Array, start: number, end: number): number {
    return this.#servers[this.#hash.slotOf(bytes, start, end)]!;
  }

  unitOf(bytes: Uint8Array, start: number, end: number): number {
    return this.#hash.slotOf(bytes, start, end);
  }

  ownerOf(unit: number): number {
    return this.#servers[unit] ?? NO_SERVER;
  }

  explain(bytes: Uint8Array, start: number, end: number): RouteReason {
    const slot = this.#hash.slotOf(bytes, start, end);
    return { start: this.#hash.start, end: this.#hash.end, hash: slot, point: slot };
  }
}
