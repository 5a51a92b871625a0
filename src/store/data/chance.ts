/**
 * Members drawn by chance. Of few, each is as likely as any other. Of many, one is drawn from those that follow a
 * random place: since places are hashes with a secret seed, nobody can make a member likelier by its name.
 */
import type { Entry } from "./entry.ts";
import type { Keyspace } from "./keyspace.ts";
import { type Member, memberPages, membersFrom, textOf } from "./members.ts";
import { PLACES } from "./place.ts";

/** Up to here all members are read, and the draw is exact. */
const FEW = 256;
const NEIGHBOURS = 16;

/** Draws from one key, until it changes. */
export class Draw {
  #all: Member[] | null = null;

  constructor(readonly keyspace: Keyspace, readonly entry: Entry) {}

  /** One member; the next draw may give it again. */
  async one(): Promise<Member> {
    if (this.entry.size <= FEW) return pick(this.#all ??= await this.#everything());
    const place = Math.floor(Math.random() * PLACES);
    const { members } = await membersFrom(this.keyspace, this.entry, place, NEIGHBOURS);
    return members.length > 0
      ? pick(members)
      : pick((await membersFrom(this.keyspace, this.entry, 0, NEIGHBOURS)).members);
  }

  /** So many different members, or all if there are no more, in any order. */
  async several(count: number): Promise<Member[]> {
    const { size } = this.entry;
    if (size <= FEW || count * 2 > size) return await this.#sample(count);
    const drawn = new Map<string, Member>();
    while (drawn.size < count) {
      const member = await this.one();
      drawn.set(textOf(member.member), member);
    }
    return [...drawn.values()];
  }

  /** Passes by all members and keeps so many, each as likely as any other. */
  async #sample(count: number): Promise<Member[]> {
    const kept: Member[] = [];
    let seen = 0;
    for await (const page of memberPages(this.keyspace, this.entry)) {
      for (const member of page) {
        const at = Math.floor(Math.random() * ++seen);
        if (kept.length < count) kept.push(member);
        else if (at < count) kept[at] = member;
      }
    }
    return kept;
  }

  async #everything(): Promise<Member[]> {
    const { members } = await membersFrom(this.keyspace, this.entry, 0, FEW + 1);
    return [...members];
  }
}

function pick(members: readonly Member[]): Member {
  return members[Math.floor(Math.random() * members.length)]!;
}
