import { NO_SERVER, NOTHING_HASHED, type Router, type RouteReason } from "../router.ts";

/**
 * Routes every key to one place and hashes none: what is left of any ring with one live server, or with none.
 */
export class SingleRouter implements Router {
  readonly epoch: number;
  readonly owners: readonly number[];
  readonly #index: number;

  /** `index` is the live server's, or `NO_SERVER`. */
  constructor(index: number, epoch: number) {
    this.epoch = epoch;
    this.owners = index === NO_SERVER ? [] : [index];
    this.#index = index;
  }

  route(_bytes: Uint8Array, _start: number, _end: number): number {
    return this.#index;
  }

  explain(): RouteReason {
    return NOTHING_HASHED;
  }
}
