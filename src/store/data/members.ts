/**
 * The elements of hashes, sets and sorted sets: members, with a value or a score or nothing beside them. They are read
 * a page at a time, in the order of their places.
 */
import { insertRows, rowsIn } from "../engine/many.ts";
import { type Entry, HASH, SET, SORTED_SET } from "./entry.ts";
import type { Keyspace } from "./keyspace.ts";
import { PLACES } from "./place.ts";

/** Members read at once. */
export const PAGE = 256;
/** Longer values are read one by one; bytes. */
const INLINE_BYTES = 64 * 1024;

/** One element. */
export interface Member {
  readonly member: Buffer;
  /** The value of a hash's field, the eight bytes of a score, nothing for a set's member. */
  readonly value: Buffer;
}

/** Some elements, and the place to go on from; null at the end. */
export interface Page {
  readonly members: readonly Member[];
  readonly next: number | null;
}

/** What is asked of one of the tables. */
class Statements {
  readonly one: string;
  readonly several: string;
  readonly from: string;
  readonly at: string;
  readonly update: string;
  readonly remove: string;
  readonly value: string;
  readonly into: string;

  constructor(table: string, column: string) {
    const inline = column === "value"
      ? `CASE WHEN OCTET_LENGTH(value) <= ${INLINE_BYTES} THEN value END`
      : column === ""
      ? "NULL"
      : column;
    const select = `SELECT place, member, ${inline} FROM ${table} WHERE id = ?`;
    const own = "WHERE id = ? AND place = ? AND member = ?";
    this.one = `SELECT place, member, ${inline} FROM ${table} ${own}`;
    this.several = `${select} AND place IN (*)`;
    this.from = `${select} AND place >= ? ORDER BY place LIMIT ?`;
    this.at = `${select} AND place = ?`;
    this.update = `UPDATE ${table} SET ${column} = ? ${own}`;
    this.remove = `DELETE FROM ${table} ${own}`;
    this.value = `SELECT ${column} FROM ${table} ${own}`;
    this.into = `${table} (id, place, member${column === "" ? "" : `, ${column}`})`;
  }
}

const STATEMENTS: Record<number, Statements> = {
  [HASH]: new Statements("sennit_fields", "value"),
  [SET]: new Statements("sennit_members", ""),
  [SORTED_SET]: new Statements("sennit_scores", "score"),
};

const NOTHING = Buffer.alloc(0);

/** A member's text: what tells members apart in maps. */
export function textOf(member: Buffer): string {
  return member.toString("latin1");
}

/** The member, or null when the key has no such one. */
export async function findMember(keyspace: Keyspace, entry: Entry, member: Buffer): Promise<Member | null> {
  const place = keyspace.placeOf(member);
  const [row] = await keyspace.engine.rows(STATEMENTS[entry.type]!.one, [entry.id, place, member]);
  return row === undefined ? null : await memberOf(keyspace, entry, row as MemberRow);
}

/** Those of the members that the key has, by their texts. */
export async function findMembers(
  keyspace: Keyspace,
  entry: Entry,
  members: readonly Buffer[],
): Promise<Map<string, Member>> {
  const found = new Map<string, Member>();
  if (members.length === 1) {
    const only = await findMember(keyspace, entry, members[0]!);
    return only === null ? found : found.set(textOf(members[0]!), only);
  }
  const wanted = new Set(members.map(textOf));
  const places = members.map((member) => keyspace.placeOf(member));
  for (const row of await rowsIn(keyspace.engine, STATEMENTS[entry.type]!.several, [entry.id], places)) {
    const text = textOf(row[1] as Buffer);
    if (wanted.has(text)) found.set(text, await memberOf(keyspace, entry, row as MemberRow));
  }
  return found;
}

/** Elements from a place on: about so many, and all that share a place together. */
export async function membersFrom(
  keyspace: Keyspace,
  entry: Entry,
  place: number,
  count: number = PAGE,
): Promise<Page> {
  const { from, at } = STATEMENTS[entry.type]!;
  const rows = await keyspace.engine.rows(from, [entry.id, place, count]) as MemberRow[];
  let next: number | null = null;
  if (rows.length === count) {
    const last = rows.at(-1)![0];
    while (rows.at(-1)?.[0] === last) rows.pop();
    rows.push(...await keyspace.engine.rows(at, [entry.id, last]) as MemberRow[]);
    next = last + 1 < PLACES ? last + 1 : null;
  }
  const members: Member[] = [];
  for (const row of rows) members.push(await memberOf(keyspace, entry, row));
  return { members, next };
}

/** All elements, page by page. */
export async function* memberPages(keyspace: Keyspace, entry: Entry): AsyncGenerator<readonly Member[]> {
  for (let place: number | null = 0; place !== null;) {
    const page: Page = await membersFrom(keyspace, entry, place);
    if (page.members.length > 0) yield page.members;
    place = page.next;
  }
}

/** Adds elements to what has this id; it has none of them. */
export function insertMembers(
  keyspace: Keyspace,
  { id, type }: Pick<Entry, "id" | "type">,
  members: Iterable<Member>,
): void {
  const rows = Array.from(members, ({ member, value }) => {
    const row = [id, keyspace.placeOf(member), member];
    return type === SET ? row : [...row, value];
  });
  insertRows(keyspace.engine, STATEMENTS[type]!.into, rows);
}

/** Gives a member that is there another value or score. */
export function updateMember(keyspace: Keyspace, entry: Entry, { member, value }: Member): void {
  const place = keyspace.placeOf(member);
  keyspace.engine.run(STATEMENTS[entry.type]!.update, [value, entry.id, place, member]);
}

/** Takes away members that are there; when none is left, the key is gone. */
export function removeMembers(keyspace: Keyspace, entry: Entry, members: readonly Buffer[]): void {
  if (members.length === 0) return;
  for (const member of members) {
    keyspace.engine.run(STATEMENTS[entry.type]!.remove, [entry.id, keyspace.placeOf(member), member]);
  }
  entry.size -= members.length;
  keyspace.changed(entry);
}

type MemberRow = readonly [place: number, member: Buffer, value: Buffer | null];

async function memberOf(
  keyspace: Keyspace,
  entry: Entry,
  [place, member, value]: MemberRow,
): Promise<Member> {
  if (value !== null || entry.type === SET) return { member, value: value ?? NOTHING };
  const [[long]] = await keyspace.engine.rows(STATEMENTS[entry.type]!.value, [entry.id, place, member]) as [
    [Buffer],
  ];
  return { member, value: long };
}
