/**
 * Which members of a group a read may go to: those of the best rank that has a fit one, by weight. Pure: who is fit
 * is decided elsewhere.
 *
 *     replica   fit replicas of the zone  >  other fit replicas   >  the primary
 *     nearest   fit members of the zone   >  other fit members       (the primary is always fit)
 */

/** Whom reads prefer. */
export type Preference = "replica" | "nearest";

/** A member as the choice sees it. */
export interface Candidate {
  readonly isPrimary: boolean;
  /** Null: nobody says where it stands. */
  readonly zone: string | null;
  /** Its share of the reads beside the others of its rank, from 1. */
  readonly weight: number;
  readonly isFit: boolean;
}

/** The fit members of the best rank. Empty only when `candidates` has no fit one. */
export function preferred<C extends Candidate>(
  candidates: readonly C[],
  preference: Preference,
  zone: string | null,
): C[] {
  const fit = candidates.filter(({ isFit }) => isFit);
  const best = Math.min(...fit.map((each) => rankOf(each, preference, zone)));
  return fit.filter((each) => rankOf(each, preference, zone) === best);
}

function rankOf({ isPrimary, zone }: Candidate, preference: Preference, here: string | null): number {
  if (isPrimary && preference === "replica") return 2;
  return here !== null && zone === here ? 0 : 1;
}

/** Picks one of several by a hash, each as often as its weight says. */
export class WeightedChoice<C extends { readonly weight: number }> {
  readonly members: readonly C[];
  readonly #total: number;

  /** `members` has at least one. */
  constructor(members: readonly C[]) {
    this.members = members;
    this.#total = members.reduce((sum, { weight }) => sum + weight, 0);
  }

  /** The same one for the same hash, an unsigned 32-bit number. Cost: a step per member. */
  pick(hash: number): C {
    const { members } = this;
    if (members.length === 1) return members[0]!;
    let place = hash % this.#total;
    for (let i = 0; i < members.length - 1; i++) {
      place -= members[i]!.weight;
      if (place < 0) return members[i]!;
    }
    return members[members.length - 1]!;
  }
}

/** A hash for one session's reads of one key: the key's own, mixed with the session's number. */
export function hashFor(keyHash: number, session: number): number {
  let hash = keyHash ^ Math.imul(session, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
