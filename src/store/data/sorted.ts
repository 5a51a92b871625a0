/** Sorted sets in the order of their scores: ranges by rank, by score and by member, read page by page. */
import type { Row, Value } from "../engine/engine.ts";
import type { Entry } from "./entry.ts";
import type { Keyspace } from "./keyspace.ts";
import { type Member, PAGE } from "./members.ts";
import { scoreKey } from "./score_key.ts";

/** One end of a range. */
export interface Bound<T> {
  readonly value: T;
  /** The value itself is outside. */
  readonly isOpen: boolean;
}

/** Which elements: a condition on `score` and `member`, and its parameters. */
export interface Condition {
  readonly sql: string;
  readonly parameters: readonly Value[];
}

/** All elements. */
export const EVERYTHING: Condition = { sql: "", parameters: [] };

/** Those of a condition, in order, without the first `offset`, and no more than `limit`. */
export interface Range {
  readonly condition: Condition;
  readonly isReverse: boolean;
  readonly offset: number;
  /** Infinity: all. */
  readonly limit: number;
}

/** Elements whose scores lie between two. */
export function scoresBetween(min: Bound<number>, max: Bound<number>): Condition {
  return {
    sql: ` AND score ${min.isOpen ? ">" : ">="} ? AND score ${max.isOpen ? "<" : "<="} ?`,
    parameters: [scoreKey(min.value), scoreKey(max.value)],
  };
}

/** Elements that lie between two members; null: no bound there. */
export function membersBetween(min: Bound<Buffer> | null, max: Bound<Buffer> | null): Condition {
  const parts: string[] = [];
  const parameters: Buffer[] = [];
  if (min !== null) parts.push(` AND member ${min.isOpen ? ">" : ">="} ?`);
  if (max !== null) parts.push(` AND member ${max.isOpen ? "<" : "<="} ?`);
  for (const bound of [min, max]) if (bound !== null) parameters.push(bound.value);
  return { sql: parts.join(""), parameters };
}

/** The elements of a range, in pages. */
export async function* rangePages(
  keyspace: Keyspace,
  entry: Entry,
  { condition, isReverse, offset, limit }: Range,
): AsyncGenerator<Member[]> {
  const [direction, beyond] = isReverse ? ["DESC", "<"] : ["", ">"];
  const order = `ORDER BY score ${direction}, member ${direction} LIMIT ?`;
  let left = limit;
  let last: Member | null = null;
  while (left > 0) {
    const count = Math.min(PAGE, left);
    // Behind the last element of the page before: by its place in the index, not by counting to it again.
    const after: string = last === null
      ? ""
      : ` AND score ${beyond}= ? AND (score ${beyond} ? OR member ${beyond} ?)`;
    const afterValues: Buffer[] = last === null ? [] : [last.value, last.value, last.member];
    const rows: Row[] = await keyspace.engine.rows(
      `SELECT member, score FROM sennit_scores WHERE id = ?${condition.sql}${after} ${order} OFFSET ?`,
      [entry.id, ...condition.parameters, ...afterValues, count, last === null ? offset : 0],
    );
    const page = rows.map(([member, value]) => ({ member, value }) as Member);
    if (page.length > 0) yield page;
    if (page.length < count) return;
    last = page.at(-1)!;
    left -= count;
  }
}

/** How many elements a condition has. */
export async function countIn(keyspace: Keyspace, entry: Entry, condition: Condition): Promise<number> {
  if (condition === EVERYTHING) return entry.size;
  const [[count]] = await keyspace.engine.rows(
    `SELECT COUNT(*) FROM sennit_scores WHERE id = ?${condition.sql}`,
    [entry.id, ...condition.parameters],
  ) as [[number]];
  return count;
}

/** Takes away the elements of a condition. Shape: how many they were. */
export async function removeIn(keyspace: Keyspace, entry: Entry, condition: Condition): Promise<number> {
  const count = await countIn(keyspace, entry, condition);
  if (count === 0) return 0;
  keyspace.engine.run(`DELETE FROM sennit_scores WHERE id = ?${condition.sql}`, [
    entry.id,
    ...condition.parameters,
  ]);
  entry.size -= count;
  keyspace.changed(entry);
  return count;
}

/** How many elements come before this one. */
export async function rankOf(
  keyspace: Keyspace,
  entry: Entry,
  { member, value }: Member,
  isReverse: boolean,
): Promise<number> {
  const before = isReverse ? ">" : "<";
  const byScore = await countIn(keyspace, entry, { sql: ` AND score ${before} ?`, parameters: [value] });
  const byMember = await countIn(keyspace, entry, {
    sql: ` AND score = ? AND member ${before} ?`,
    parameters: [value, member],
  });
  return byScore + byMember;
}
