/** Makes the router of a pool whose keys are spread by a hash, as nutcracker spreads them. */
import type { HashName } from "../../hash/mod.ts";
import { NO_SERVER, type Router } from "../router.ts";
import { KetamaRouter } from "./ketama.ts";
import { KeyHash } from "./key_hash.ts";
import { ModulaRouter } from "./modula.ts";
import { RandomRouter, type RandomSource } from "./random.ts";
import type { LiveServer, RingServer } from "./ring_server.ts";
import { SingleRouter } from "./single.ts";

/** How hashes may be spread over servers. */
export const DISTRIBUTIONS = ["ketama", "modula", "random"] as const;

/** What a pool's `distribution` may say. */
export type Distribution = typeof DISTRIBUTIONS[number];

/** What a ring is made of. */
export interface RingOptions {
  readonly distribution: Distribution;
  readonly hash: HashName;
  /** The opening and the closing byte of the part of a key that is hashed; none by default. */
  readonly hashTag?: string | null;
  /** All servers, in the order `orderServers` gives: the router's indices are places in this list. */
  readonly servers: readonly RingServer[];
  /**
   * Which of them take keys; all by default. The others count for nothing, not even in the total of weights.
   */
  readonly live?: readonly boolean[];
  readonly epoch: number;
  /** What the random distribution draws from; needed by that one only. */
  readonly random?: RandomSource;
}

/**
 * Makes a router over the live servers.
 *
 * Errors: RangeError when the hash tag isn't two bytes; TypeError when the distribution is random and no
 * source is given.
 */
export function createRing(options: RingOptions): Router {
  const { distribution, epoch, random } = options;
  const live = liveServers(options);
  const keyHash = new KeyHash(options.hash, options.hashTag ?? null);
  if (live.length < 2) return new SingleRouter(live[0]?.index ?? NO_SERVER, epoch);
  switch (distribution) {
    case "ketama":
      return new KetamaRouter(live, keyHash, epoch);
    case "modula":
      return new ModulaRouter(live, keyHash, epoch);
    case "random":
      if (random === undefined) throw new TypeError("a random distribution needs a source of random numbers");
      return new RandomRouter(live, random, epoch);
  }
}

function liveServers({ servers, live }: RingOptions): LiveServer[] {
  return servers
    .map(({ name, weight }, index) => ({ name, weight, index }))
    .filter(({ index }) => live === undefined || live[index]);
}
