/**
 * Removes what nobody asks for any more: keys whose time is over, and the elements of deleted keys. A little at a time,
 * so that no client waits for it.
 */
import type { Row } from "../engine/engine.ts";
import { type Type, TYPES } from "./entry.ts";
import type { Keyspace } from "./keyspace.ts";

/** Keys, and elements, of one sweep. */
const KEYS = 100;
const ELEMENTS = 1000;

/** Sweeps once. Shape: whether there may be more to do. */
export async function sweep(keyspace: Keyspace): Promise<boolean> {
  keyspace.flush();
  const over = await keyspace.engine.rows(
    "SELECT name FROM sennit_keys WHERE expires <= ? LIMIT ?",
    [keyspace.now, KEYS],
  );
  // To find such a key is to remove it.
  for (const [name] of over as [Buffer][]) await keyspace.find(name);
  keyspace.flush();
  const [grave] = await keyspace.engine.rows("SELECT id, type FROM sennit_graves LIMIT 1");
  if (grave !== undefined) await emptyGrave(keyspace, grave);
  return over.length === KEYS || grave !== undefined;
}

async function emptyGrave({ engine }: Keyspace, row: Row): Promise<void> {
  const [id, type] = row as [number, Type];
  const { table, order } = TYPES[type];
  const [last] = await engine.rows(
    `SELECT ${order} FROM ${table} WHERE id = ? ORDER BY ${order} LIMIT 1 OFFSET ?`,
    [id, ELEMENTS],
  );
  if (last !== undefined) {
    engine.run(`DELETE FROM ${table} WHERE id = ? AND ${order} <= ?`, [id, last[0] as number]);
    return;
  }
  engine.run(`DELETE FROM ${table} WHERE id = ?`, [id]);
  engine.run("DELETE FROM sennit_graves WHERE id = ?", [id]);
}
