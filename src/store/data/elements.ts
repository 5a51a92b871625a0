/** Elements as rows, whatever their type. */
import { type Entry, TYPES } from "./entry.ts";
import type { Keyspace } from "./keyspace.ts";

/** Gives `twin`, which has none, the elements of `entry`. */
export function copyElements(keyspace: Keyspace, entry: Entry, twin: Entry): void {
  const { table, order, columns } = TYPES[entry.type];
  const all = `${order}, ${columns}`;
  keyspace.engine.run(
    `INSERT INTO ${table} (id, ${all}) SELECT id + ?, ${all} FROM ${table} WHERE id = ?`,
    [twin.id - entry.id, entry.id],
  );
}
