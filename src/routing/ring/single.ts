import { NO_SERVER, NOTHING_HASHED, type RouteReason } from "../router.ts";
import { RingRouter } from "./ring_router.ts";

/**
 * Routes every key to one place and hashes none: what is left of any ring with one live server, or with none.
 */
export class SingleRouter extends RingRouter {
  readonly #index: number;

  /** `index` is the live server's, or `NO_SERVER`. */
  constructor(index: number, epoch: number) {
    super(index === NO_SERVER ? [] : [index], epoch);
    this.#index = index;
  }

  route(_bytes: Uint8Array, _start: number, _end: number): number {
    return this.#index;
  }

  explain(): RouteReason {
    return NOTHING_HASHED;
  }
}
