/**
 * The tables. Every key is a row of `sennit_keys`, a string with its value; the elements of the other types are rows
 * of their own, which belong to the key by its `id`, so that a key is renamed, expires and is deleted by its row alone.
 *
 * - `place` is a hash of the field or member, and its rows are kept in that order: it is what the cursors of HSCAN,
 *   SSCAN and ZSCAN count, and what chance draws from. `score` is a score's eight bytes in the order of scores.
 * - Positions of a list have no gaps, so that an index is found by adding.
 * - `sennit_graves` has the ids of deleted keys whose elements are still to be removed, a few at a time.
 */
import type { Engine, Row } from "./engine.ts";

/** What a store that finds another number must not touch. */
const FORMAT = 1;

/** The counters of a store, as they are kept. */
export interface StoredTotals {
  readonly keyCount: number;
  readonly nextId: number;
  readonly nextVersion: number;
  /** What `place` is hashed with. */
  readonly seed: number;
}

/** Makes the tables if they aren't there. Errors: throws when those that are there are of another format. */
export async function prepareTables(engine: Engine): Promise<StoredTotals> {
  for (const table of tables(engine)) {
    for (const statement of statementsFor(table, engine)) await engine.rows(statement);
  }
  await engine.begin();
  let [row] = await engine.rows(
    "SELECT format, key_count, next_id, next_version, seed FROM sennit_meta WHERE id = 1",
  );
  if (row === undefined) {
    const seed = Math.floor(Math.random() * 2 ** 31);
    row = [FORMAT, 0, 1, 1, seed];
    engine.run(
      "INSERT INTO sennit_meta (id, format, key_count, next_id, next_version, seed) VALUES (1, ?, ?, ?, ?, ?)",
      row,
    );
  }
  await engine.commit();
  const [format, keyCount, nextId, nextVersion, seed] = row as Row & number[];
  if (format !== FORMAT) throw new Error(`the tables are of format ${format}, and this is for ${FORMAT}`);
  return { keyCount: keyCount!, nextId: nextId!, nextVersion: nextVersion!, seed: seed! };
}

/** A table as it is declared: columns with their types by name, and what else has an index. */
interface Table {
  readonly name: string;
  readonly columns: Record<string, string>;
  readonly primary: string;
  readonly unique?: string;
  readonly index?: string;
  /** The rows that the index has, where a database can leave others out. */
  readonly where?: string;
}

function tables({ types: { integer, indexed, score, blob } }: Engine): Table[] {
  const [always, key, bytes] = [`${integer} NOT NULL`, `${indexed} NOT NULL`, `${blob} NOT NULL`];
  return [
    {
      name: "sennit_meta",
      columns: {
        id: always,
        format: always,
        key_count: always,
        next_id: always,
        next_version: always,
        seed: always,
      },
      primary: "id",
    },
    {
      name: "sennit_keys",
      columns: {
        id: always,
        name: key,
        type: always,
        expires: integer,
        size: always,
        head: always,
        flags: always,
        version: always,
        value: blob,
      },
      primary: "id",
      unique: "name",
      index: "expires",
      where: "expires IS NOT NULL",
    },
    {
      name: "sennit_fields",
      columns: { id: always, place: always, member: key, value: bytes },
      primary: "id, place, member",
    },
    {
      name: "sennit_members",
      columns: { id: always, place: always, member: key },
      primary: "id, place, member",
    },
    {
      name: "sennit_items",
      columns: { id: always, position: always, value: bytes },
      primary: "id, position",
    },
    {
      name: "sennit_scores",
      columns: { id: always, place: always, member: key, score: `${score} NOT NULL` },
      primary: "id, place, member",
      index: "id, score, member",
    },
    { name: "sennit_graves", columns: { id: always, type: always }, primary: "id" },
  ];
}

function* statementsFor(table: Table, { types }: Engine): Generator<string> {
  const lines = Object.entries(table.columns).map(([name, type]) => `${name} ${type}`);
  lines.push(`PRIMARY KEY (${table.primary})`);
  if (table.unique !== undefined) lines.push(`UNIQUE (${table.unique})`);
  if (table.index !== undefined && types.hasInlineIndexes) lines.push(`INDEX (${table.index})`);
  const clustered = table.primary.includes(",") ? types.clustered : "";
  yield `CREATE TABLE IF NOT EXISTS ${table.name} (${lines.join(", ")}) ${clustered}`;
  if (table.index === undefined || types.hasInlineIndexes) return;
  const where = table.where === undefined ? "" : ` WHERE ${table.where}`;
  yield `CREATE INDEX IF NOT EXISTS ${table.name}_index ON ${table.name} (${table.index})${where}`;
}
