/**
 * Statements for several rows at once. Their texts are few, whatever the number of rows: a list of parameters is filled
 * up to a power of two with its last one, and rows are inserted by powers of two.
 */
import type { Engine, Row, Value } from "./engine.ts";

/** The most parameters of one statement: a divisor of what every database allows. */
const MOST = 256;
/** Parameters that weigh more than this together go in several statements; bytes. */
const HEAVY = 4 * 1024 * 1024;

/**
 * The rows of a statement whose text has `IN (*)` in place of a list, for every value of the list.
 *
 * Shape: `fixed` are the parameters before the list. The order is the database's.
 */
export async function rowsIn(
  engine: Engine,
  sql: string,
  fixed: readonly Value[],
  list: readonly Value[],
): Promise<Row[]> {
  const found: Row[] = [];
  for (let from = 0; from < list.length; from += MOST) {
    const part = filled(list.slice(from, from + MOST));
    found.push(...await engine.rows(withList(sql, part.length), [...fixed, ...part]));
  }
  return found;
}

/** As `rowsIn`, for a statement that writes. */
export function runIn(engine: Engine, sql: string, fixed: readonly Value[], list: readonly Value[]): void {
  for (let from = 0; from < list.length; from += MOST) {
    const part = filled(list.slice(from, from + MOST));
    engine.run(withList(sql, part.length), [...fixed, ...part]);
  }
}

/** Inserts the rows into `table (columns)`. */
export function insertRows(engine: Engine, table: string, rows: readonly (readonly Value[])[]): void {
  for (let from = 0; from < rows.length;) {
    const count = insertable(rows, from);
    const parameters: Value[] = [];
    for (let i = from; i < from + count; i++) parameters.push(...rows[i]!);
    engine.run(insertText(table, rows[from]!.length, count), parameters);
    from += count;
  }
}

/** How many rows from there on go in one statement: a power of two. */
function insertable(rows: readonly (readonly Value[])[], from: number): number {
  const most = Math.min(rows.length - from, Math.floor(MOST / rows[from]!.length));
  let count = 1;
  let weight = weightOf(rows[from]!);
  while (count * 2 <= most) {
    for (let i = from + count; i < from + count * 2; i++) weight += weightOf(rows[i]!);
    if (weight > HEAVY) break;
    count *= 2;
  }
  return count;
}

function weightOf(row: readonly Value[]): number {
  let weight = 0;
  for (const value of row) if (value instanceof Uint8Array) weight += value.length;
  return weight;
}

function filled(list: readonly Value[]): readonly Value[] {
  let size = 1;
  while (size < list.length) size *= 2;
  return list.concat(new Array(size - list.length).fill(list.at(-1)!));
}

const lists = new Map<string, string>();

function withList(sql: string, count: number): string {
  return remembered(lists, `${count} ${sql}`, () => sql.replace("(*)", `(${marks(count)})`));
}

const inserts = new Map<string, string>();

function insertText(table: string, columns: number, rows: number): string {
  return remembered(inserts, `${rows} ${table}`, () => {
    const tuples = new Array(rows).fill(`(${marks(columns)})`).join(", ");
    return `INSERT INTO ${table} VALUES ${tuples}`;
  });
}

function remembered(texts: Map<string, string>, key: string, make: () => string): string {
  let text = texts.get(key);
  if (text === undefined) texts.set(key, text = make());
  return text;
}

function marks(count: number): string {
  return new Array(count).fill("?").join(", ");
}
