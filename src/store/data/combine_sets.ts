/**
 * Unions, intersections and differences of sets and sorted sets, read page by page: what is in memory at once is a page
 * of each, however large they are.
 */
import { type Entry, SORTED_SET } from "./entry.ts";
import type { Keyspace } from "./keyspace.ts";
import { findMembers, type Member, memberPages, textOf } from "./members.ts";
import { scoreKey, scoreOf } from "./score_key.ts";

/** How sets become one. */
export type Operation = "union" | "inter" | "diff";

/** How the scores of a member become one. */
export type Aggregate = "SUM" | "MIN" | "MAX";

/** One of the sets: null is an empty one. */
export interface Source {
  readonly entry: Entry | null;
  readonly weight: number;
}

/** What is made of the sources: members with scores, in pages. */
export async function* combine(
  keyspace: Keyspace,
  operation: Operation,
  sources: readonly Source[],
  aggregate: Aggregate,
): AsyncGenerator<Member[]> {
  if (operation === "inter" && sources.some(({ entry }) => entry === null)) return;
  const [first] = operation === "inter" ? bySize(sources) : sources;
  const walked = operation === "union" ? sources : [first!];
  for (const source of walked) {
    if (source.entry === null) continue;
    for await (const page of memberPages(keyspace, source.entry)) {
      const kept = await new PageCombiner(keyspace, operation, sources, source, aggregate).combine(page);
      if (kept.length > 0) yield kept;
    }
  }
}

function bySize(sources: readonly Source[]): Source[] {
  return sources.toSorted((a, b) => a.entry!.size - b.entry!.size);
}

/** Holds a page of one source against the others. */
class PageCombiner {
  constructor(
    readonly keyspace: Keyspace,
    readonly operation: Operation,
    readonly sources: readonly Source[],
    readonly walked: Source,
    readonly aggregate: Aggregate,
  ) {}

  async combine(page: readonly Member[]): Promise<Member[]> {
    const scores = new Map<string, number>();
    let left = page;
    for (const source of this.sources) {
      const found = await this.#membersOf(source, left);
      left = left.filter((member) => this.#stays(source, found.has(textOf(member.member))));
      for (const { member } of left) this.#add(scores, source, found.get(textOf(member)));
    }
    return left.map(({ member }) => ({ member, value: scoreKey(scores.get(textOf(member))!) }));
  }

  #membersOf(
    { entry }: Source,
    page: readonly Member[],
  ): Map<string, Member> | Promise<Map<string, Member>> {
    if (entry === null || page.length === 0) return new Map();
    if (entry === this.walked.entry) return new Map(page.map((member) => [textOf(member.member), member]));
    return findMembers(this.keyspace, entry, page.map(({ member }) => member));
  }

  #stays(source: Source, isThere: boolean): boolean {
    switch (this.operation) {
      case "inter":
        return isThere;
      case "diff":
        return !isThere || source === this.walked;
      case "union":
        // Whoever is in an earlier source was given with that.
        return !isThere || this.sources.indexOf(source) >= this.sources.indexOf(this.walked);
    }
  }

  #add(scores: Map<string, number>, { entry, weight }: Source, found: Member | undefined): void {
    if (found === undefined) return;
    const text = textOf(found.member);
    const score = orZero(weight * (entry!.type === SORTED_SET ? scoreOf(found.value) : 1));
    const before = scores.get(text);
    scores.set(text, before === undefined ? score : this.#aggregated(before, score));
  }

  #aggregated(a: number, b: number): number {
    switch (this.aggregate) {
      case "SUM":
        return orZero(a + b);
      case "MIN":
        return Math.min(a, b);
      case "MAX":
        return Math.max(a, b);
    }
  }
}

/** Infinity times zero, and infinities that cancel out, are zero as in Redis. */
function orZero(score: number): number {
  return Number.isNaN(score) ? 0 : score;
}
