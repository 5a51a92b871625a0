import type { Router, RouteReason } from "../router.ts";

/** What all rings have in common: what one server owns stays together, so a unit is a server. */
export abstract class RingRouter implements Router {
  readonly epoch: number;
  readonly owners: readonly number[];
  readonly units: number;

  /** `owners` are the live servers. */
  constructor(owners: readonly number[], epoch: number) {
    this.epoch = epoch;
    this.owners = owners;
    this.units = Math.max(0, ...owners.map((index) => index + 1));
  }

  abstract route(bytes: Uint8Array, start: number, end: number): number;
  abstract explain(bytes: Uint8Array, start: number, end: number): RouteReason;

  unitOf(bytes: Uint8Array, start: number, end: number): number {
    return this.route(bytes, start, end);
  }

  ownerOf(unit: number): number {
    return unit;
  }
}
