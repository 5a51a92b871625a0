import { NOTHING_HASHED, type Router, type RouteReason } from "../router.ts";
import type { LiveServer } from "./ring_server.ts";

/** Draws an integer from 0 to n - 1. */
export type RandomSource = (n: number) => number;

/** The random distribution: any live server, for every key anew; keys and weights have no say. */
export class RandomRouter implements Router {
  readonly epoch: number;
  readonly owners: readonly number[];
  readonly #owners: Int32Array;
  readonly #random: RandomSource;

  constructor(servers: readonly LiveServer[], random: RandomSource, epoch: number) {
    this.epoch = epoch;
    this.owners = servers.map(({ index }) => index);
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
