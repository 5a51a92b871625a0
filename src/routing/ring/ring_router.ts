import type { Router, RouteReason } from "../router.ts";

/** What all rings have in common: what one server owns stays together, so a unit is a server. */
export abstract class RingRouter implements Router {
  readonly epoch: number;
  readonly owners: readonly number[];
  readonly units: number;
  /** The very function `route`, not one that calls it: a call deeper, the engine no longer inlines the hash (MGET: 4 %). */
  readonly unitOf: Router["unitOf"];

  /** `owners` are the live servers. */
  constructor(owners: readonly number[], epoch: number) {
    this.epoch = epoch;
    this.owners = owners;
    this.units = Math.max(0, ...owners.map((index) => index + 1));
    this.unitOf = this.route;
  }

  abstract route(bytes: Uint8Array, start: number, end: number): number;
  abstract explain(bytes: Uint8Array, start: number, end: number): RouteReason;

  ownerOf(unit: number): number {
    return unit;
  }
}
