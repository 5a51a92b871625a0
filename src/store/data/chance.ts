/**
 * Members drawn by chance. Of few, each is as likely as any other. Of many, one is drawn from those that follow a
 * random place: since places are hashes with a secret seed, nobody can make a member likelier by its name.
 */
import { Failure } from "../failure.ts";
import { MAX_REPLY_BYTES } from "../limits.ts";
import type { Entry } from "./entry.ts";
import type { Keyspace } from "./keyspace.ts";
import { type Member, memberPages, membersFrom, textOf } from "./members.ts";
import { PLACES } from "./place.ts";

/** Up to here all members are read, and the draw is exact. */
const FEW = 256;
const NEIGHBOURS = 16;
/** What a member takes beside its bytes. */
const OVERHEAD = 64;

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
    let bytes = 0;
    for await (const page of memberPages(this.keyspace, this.entry)) {
      for (const member of page) {
        const at = kept.length < count ? kept.length : Math.floor(Math.random() * (seen + 1));
        seen++;
        if (at >= count) continue;
        bytes += weightOf(member) - (at < kept.length ? weightOf(kept[at]!) : 0);
        kept[at] = member;
        if (bytes > MAX_REPLY_BYTES) throw new Failure("ERR so many members are too long for a reply");
      }
    }
    return kept;
  }

  async #everything(): Promise<Member[]> {
    const { members } = await membersFrom(this.keyspace, this.entry, 0, FEW + 1);
    return [...members];
  }
}

function weightOf({ member, value }: Member): number {
  return member.length + value.length + OVERHEAD;
}

function pick(members: readonly Member[]): Member {
  return members[Math.floor(Math.random() * members.length)]!;
}
