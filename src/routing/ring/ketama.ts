import type { RouteReason } from "../router.ts";
import { continuum } from "./continuum.ts";
import type { KeyHash } from "./key_hash.ts";
import { PointIndex } from "./point_index.ts";
import { RingRouter } from "./ring_router.ts";
import type { LiveServer } from "./ring_server.ts";

/**
 * The ketama distribution: servers own the arcs of a circle that end in their points, and a key is on the arc
 * that its hash lies in. When a server leaves, its arcs pass to those behind them; the others stay where they
 * are as long as weights are equal.
 */
export class KetamaRouter extends RingRouter {
  readonly #keyHash: KeyHash;
  readonly #points: PointIndex;

  /** `servers` are the live ones, two at least. */
  constructor(servers: readonly LiveServer[], keyHash: KeyHash, epoch: number) {
    super(servers.map(({ index }) => index), epoch);
    this.#keyHash = keyHash;
    this.#points = new PointIndex(continuum(servers));
  }

  route(bytes: Uint8Array, start: number, end: number): number {
    return this.#points.ownerOf(this.#keyHash.of(bytes, start, end));
  }

  explain(bytes: Uint8Array, start: number, end: number): RouteReason {
    const reason = this.#keyHash.explain(bytes, start, end);
    return { ...reason, point: this.#points.pointOf(reason.hash) };
  }
}
