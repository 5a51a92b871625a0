/**
 * The one question the data plane asks about topology: which server owns this key?
 *
 * A router is an immutable snapshot. Whatever changes the answer (an ejection, a reload, a moved slot) makes a
 * new router with a higher epoch, and a pool swaps the old one for it between two events.
 */

/** What `route` answers when no server can take the key (all are ejected). */
export const NO_SERVER = -1;

/** Why a key goes where it goes. */
export interface RouteReason {
  /** The part of the bytes that is hashed; empty where nothing is. */
  readonly start: number;
  readonly end: number;
  /** Null where nothing is hashed. */
  readonly hash: number | null;
  /** The point of the ring, or the slot, that the hash fell to; null where there is neither. */
  readonly point: number | null;
}

/** The reason of routers that don't look at keys. */
export const NOTHING_HASHED: RouteReason = { start: 0, end: 0, hash: null, point: null };

/**
 * Maps keys to servers, by way of *units*: the parts of the key space that are never divided. All keys of one request
 * must be in one unit. For a ring that is all that one server owns, for a cluster a slot.
 *
 * Shape: servers are named by their index in the pool's `servers`, in the order the pool numbers them.
 * Cost: O(1) to O(log points) per call; allocates nothing.
 */
export interface Router {
  /** Grows by one with every snapshot of the same pool. */
  readonly epoch: number;
  /** Indices of the servers that own keys, ascending; empty when all are ejected. */
  readonly owners: readonly number[];
  /** Index of the server that owns the key in `bytes[start, end)`, or `NO_SERVER`. */
  route(bytes: Uint8Array, start: number, end: number): number;
  /** Units there are; each is named by a number below. */
  readonly units: number;
  /** The unit of the key in `bytes[start, end)`, or `NO_SERVER` where there is none. */
  unitOf(bytes: Uint8Array, start: number, end: number): number;
  /** Index of the server that owns a unit, or `NO_SERVER`. */
  ownerOf(unit: number): number;
  /** How `route` comes to its answer, for people. */
  explain(bytes: Uint8Array, start: number, end: number): RouteReason;
}
