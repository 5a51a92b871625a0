/**
 * The items of lists. Their positions have no gaps, so that an index is a position after an addition, and both ends can
 * be pushed to. What changes the middle moves the items behind it: to far away and back, so that no two of them share a
 * position on the way.
 */
import { insertRows } from "../engine/many.ts";
import type { Entry } from "./entry.ts";
import type { Keyspace } from "./keyspace.ts";

/** Items read at once. */
const PAGE = 256;
/** Longer items are read one by one; bytes. */
const INLINE_BYTES = 64 * 1024;
/** Further than lists reach. */
const FAR = 2 ** 50;

const ITEM = "SELECT value FROM sennit_items WHERE id = ? AND position = ?";
const ITEMS = `SELECT position, CASE WHEN OCTET_LENGTH(value) <= ${INLINE_BYTES} THEN value END
  FROM sennit_items WHERE id = ? AND position >= ? AND position <= ? ORDER BY position`;
const REMOVE = "DELETE FROM sennit_items WHERE id = ? AND position >= ? AND position <= ?";
const SHIFT =
  "UPDATE sennit_items SET position = position + ? WHERE id = ? AND position >= ? AND position <= ?";

/** The item at an index from 0 to the size. */
export async function itemAt(keyspace: Keyspace, { id, head }: Entry, index: number): Promise<Buffer> {
  const [[value]] = await keyspace.engine.rows(ITEM, [id, head + index]) as [[Buffer]];
  return value;
}

/** Items from one index to another, both included, in order; from the higher to the lower one when it is the first. */
export async function* items(
  keyspace: Keyspace,
  entry: Entry,
  from: number,
  to: number,
): AsyncGenerator<Buffer> {
  for await (const page of itemPages(keyspace, entry, from, to)) yield* page;
}

/** As `items`, a page at a time. */
export async function* itemPages(
  keyspace: Keyspace,
  entry: Entry,
  from: number,
  to: number,
): AsyncGenerator<readonly Buffer[]> {
  const step = from <= to ? 1 : -1;
  for (let at = from; (to - at) * step >= 0; at += PAGE * step) {
    const end = step > 0 ? Math.min(to, at + PAGE - 1) : Math.max(to, at - PAGE + 1);
    const page = await itemsBetween(keyspace, entry, Math.min(at, end), Math.max(at, end));
    yield step > 0 ? page : page.reverse();
  }
}

async function itemsBetween(keyspace: Keyspace, entry: Entry, from: number, to: number): Promise<Buffer[]> {
  const { id, head } = entry;
  const found: Buffer[] = [];
  for (const [position, value] of await keyspace.engine.rows(ITEMS, [id, head + from, head + to])) {
    found.push(value as Buffer | null ?? await itemAt(keyspace, entry, position as number - head));
  }
  return found;
}

/** Adds items before the first, one after the other, or behind the last. */
export function push(keyspace: Keyspace, entry: Entry, isLeft: boolean, values: readonly Buffer[]): void {
  const { id, head, size } = entry;
  const rows = values.map((value, i) => [id, isLeft ? head - 1 - i : head + size + i, value]);
  insertRows(keyspace.engine, "sennit_items (id, position, value)", rows);
  if (isLeft) entry.head -= values.length;
  entry.size += values.length;
  keyspace.changed(entry);
}

/** Takes so many items away from one end. */
export function cut(keyspace: Keyspace, entry: Entry, isLeft: boolean, count: number): void {
  if (count === 0) return;
  const { id, head, size } = entry;
  const from = isLeft ? head : head + size - count;
  keyspace.engine.run(REMOVE, [id, from, from + count - 1]);
  if (isLeft) entry.head += count;
  entry.size -= count;
  keyspace.changed(entry);
}

/** Puts another item in the place of one. */
export function replace(keyspace: Keyspace, entry: Entry, index: number, value: Buffer): void {
  keyspace.engine.run("UPDATE sennit_items SET value = ? WHERE id = ? AND position = ?", [
    value,
    entry.id,
    entry.head + index,
  ]);
  keyspace.changed(entry);
}

/** Puts an item before the one at the index. */
export function insertAt(keyspace: Keyspace, entry: Entry, index: number, value: Buffer): void {
  shift(keyspace, entry, index, entry.size - 1, 1);
  insertRows(keyspace.engine, "sennit_items (id, position, value)", [[entry.id, entry.head + index, value]]);
  entry.size++;
  keyspace.changed(entry);
}

/** Takes the items at these indexes away; they are in ascending order. */
export function removeAt(keyspace: Keyspace, entry: Entry, indexes: readonly number[]): void {
  if (indexes.length === 0) return;
  for (const index of indexes) {
    keyspace.engine.run(REMOVE, [entry.id, entry.head + index, entry.head + index]);
  }
  for (let i = 0; i < indexes.length; i++) {
    const next = indexes[i + 1] ?? entry.size;
    shift(keyspace, entry, indexes[i]! + 1, next - 1, -1 - i);
  }
  entry.size -= indexes.length;
  keyspace.changed(entry);
}

/** Moves the items between two indexes. */
function shift(keyspace: Keyspace, { id, head }: Entry, from: number, to: number, by: number): void {
  if (from > to) return;
  keyspace.engine.run(SHIFT, [FAR, id, head + from, head + to]);
  keyspace.engine.run(SHIFT, [by - FAR, id, head + from + FAR, head + to + FAR]);
}
