/**
 * Whose the keys are: how the key space is divided among a pool's servers, and how much of it changes hands when
 * servers come and go. Both are measured on one fixed set of pseudo-random keys, whatever the router, so that the
 * same question always has the same answer; it is within about one percent of the truth.
 */
import { formatAddress, type ServerConfig } from "../../config/mod.ts";
import { RandomRouter } from "../../routing/ring/random.ts";
import { NO_SERVER, type Router } from "../../routing/router.ts";

/** A router, and the servers it numbers, in its order. */
export interface KeySpace {
  readonly router: Router;
  readonly servers: readonly ServerConfig[];
}

/** Keys that are asked about. */
const KEYS = 16_384;
/** Bytes of a key: hexadecimal digits. */
const KEY_BYTES = 16;

/** What stands for a server where none takes the key, and where any may. */
const NOBODY = -1;
const ANYBODY = -2;

/** The keys, one behind the other; made when they are first needed. */
let keys: Uint8Array | null = null;

/**
 * The share of the key space that is another server's in `next` than in `before`, 0 to 1. A server is known by its
 * address: what it is called, and its place in the list, say nothing about where the data is.
 *
 * With a random distribution no key has an owner: nothing moves between two of them, and everything to and from one.
 */
export function keySpaceMoved(before: KeySpace, next: KeySpace): number {
  const places = new Map<string, number>();
  const [owners, nextOwners] = [ownersOf(before, places), ownersOf(next, places)];
  let moved = 0;
  for (let i = 0; i < KEYS; i++) {
    if (owners[i] !== nextOwners[i]) moved++;
  }
  return moved / KEYS;
}

/** The share of the key space of each server, 0 to 1, in the order of the router; equal shares with a random distribution. */
export function keySpaceShares({ router, servers }: KeySpace): number[] {
  const counts = new Array<number>(servers.length).fill(0);
  eachKey(router, (server) => server === NO_SERVER || counts[server]!++);
  if (!(router instanceof RandomRouter)) return counts.map((count) => count / KEYS);
  const live = counts.filter((count) => count > 0).length;
  return counts.map((count) => count > 0 ? 1 / live : 0);
}

/** By key: its owner, by the number that its address has in `places`; a new one is added there. */
function ownersOf({ router, servers }: KeySpace, places: Map<string, number>): Int32Array {
  const owners = new Int32Array(KEYS);
  if (router instanceof RandomRouter) return owners.fill(ANYBODY);
  const numbers = servers.map(({ address }) => {
    const text = formatAddress(address);
    if (!places.has(text)) places.set(text, places.size);
    return places.get(text)!;
  });
  let key = 0;
  eachKey(router, (server) => owners[key++] = server === NO_SERVER ? NOBODY : numbers[server]!);
  return owners;
}

function eachKey(router: Router, take: (server: number) => void): void {
  keys ??= makeKeys();
  for (let start = 0; start < keys.length; start += KEY_BYTES) {
    take(router.route(keys, start, start + KEY_BYTES));
  }
}

/** Source of the generator: "mulberry32", Tommy Ettinger, public domain. */
function makeKeys(): Uint8Array {
  const made = new Uint8Array(KEYS * KEY_BYTES);
  let state = 0;
  for (let i = 0; i < made.length; i++) {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    made[i] = "0123456789abcdef".charCodeAt(((t ^ (t >>> 14)) >>> 0) & 15);
  }
  return made;
}
