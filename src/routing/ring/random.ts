import { NOTHING_HASHED, type RouteReason } from "../router.ts";
import { RingRouter } from "./ring_router.ts";
import type { LiveServer } from "./ring_server.ts";

/** Draws an integer from 0 to n - 1. */
export type RandomSource = (n: number) => number;

/** The random distribution: any live server, for every key anew; keys and weights have no say. */
export class RandomRouter extends RingRouter {
  readonly #owners: Int32Array;
  readonly #random: RandomSource;

  constructor(servers: readonly LiveServer[], random: RandomSource, epoch: number) {
    super(servers.map(({ index }) => index), epoch);
    this.#owners = Int32Array.from(servers, (server) => server.index);
    this.#random = random;
  }

  route(_bytes: Uint8Array, _start: number, _end: number): number {
    return this.#owners[this.#random(this.#owners.length)]!;
  }

  explain(): RouteReason {
    return NOTHING_HASHED;
  }
}
