/**
 * The pairs of hash and distribution that are known to spread keys badly. They are kept as they are, because
 * to mend them would move keys; but who chooses one should hear of it.
 *
 * Every claim here is checked by tests/unit/routing/ring/pathologies_test.ts, which routes runs of keys.
 */
import type { HashName } from "../../hash/mod.ts";
import type { Distribution } from "./ring.ts";

/** What the spread of a pool's keys depends on. */
export interface Spread {
  readonly distribution: Distribution;
  readonly hash: HashName;
  readonly servers: readonly { readonly weight: number }[];
}

/** Hashes in which the last bytes of a key hardly reach the upper bits, which are what ketama looks at. */
const KEEP_NEIGHBOURS: ReadonlySet<HashName> = new Set(["fnv1a_64", "fnv1_64", "fnv1_32", "crc16"]);

/**
 * Divisors of the slot count that a hash doesn't mix over. The 64-bit prime's low half is 435, 3 * 5 * 29;
 * FNV-1's last step is not the multiplication, which hides the small two.
 */
const UNMIXED_DIVISORS: Partial<Record<HashName, readonly number[]>> = {
  fnv1a_64: [3, 5, 29],
  fnv1_64: [29],
};
/**
 * With less than this part of the slots in incomplete rounds of a divisor, the complete rounds even it out.
 */
const NOTICEABLE = 0.2;

const ADVICE = "murmur or md5 would spread them, but changing the hash moves keys";

/** One sentence to warn of how `spread` clusters keys, or null when nothing is known against it. */
export function clusteringWarning(spread: Spread): string | null {
  const { distribution, hash, servers } = spread;
  if (servers.length < 2) return null;
  if (distribution === "ketama") return ketamaWarning(hash);
  if (distribution === "modula") return modulaWarning(hash, servers.map((server) => server.weight));
  return null;
}

function ketamaWarning(hash: HashName): string | null {
  if (hash === "crc32") {
    return `crc32 gives only 0 to 32767, so ketama puts nearly every key on one server; ${ADVICE}`;
  }
  if (!KEEP_NEIGHBOURS.has(hash)) return null;
  return `${hash} with ketama puts keys that differ in the last character only on one server; ${ADVICE}`;
}

function modulaWarning(hash: HashName, weights: readonly number[]): string | null {
  const slots = weights.reduce((sum, weight) => sum + weight, 0);
  const divisors = UNMIXED_DIVISORS[hash]?.filter((divisor) => {
    const loose = weights.reduce((sum, weight) => sum + weight % divisor, 0);
    return slots % divisor === 0 && loose / slots >= NOTICEABLE;
  });
  if (divisors === undefined || divisors.length === 0) return null;
  return `${hash} with modula fills servers unevenly when their weights add up to a multiple of ` +
    `${divisors.join(" or ")}, here ${slots}; ${ADVICE}`;
}
