/** Writes changed keys to their rows, in an order in which no two of them ever have one name. */
import type { Engine, Value } from "../engine/engine.ts";
import { insertRows, runIn } from "../engine/many.ts";
import { type Entry, NEVER } from "./entry.ts";

const COLUMNS = "name = ?, expires = ?, size = ?, head = ?, flags = ?, version = ?";
const UPDATE = `UPDATE sennit_keys SET ${COLUMNS} WHERE id = ?`;
const UPDATE_WITH_VALUE = `UPDATE sennit_keys SET ${COLUMNS}, value = ? WHERE id = ?`;
const TABLE = "sennit_keys (id, name, type, expires, size, head, flags, version, value)";

/** Writes them; they are as stored then, or gone. */
export function writeEntries(engine: Engine, entries: Iterable<Entry>): void {
  const gone: number[] = [];
  const changed: Entry[] = [];
  const fresh: Value[][] = [];
  for (const entry of entries) {
    if (entry.state === "gone") {
      gone.push(entry.id);
      continue;
    }
    if (entry.state === "new") fresh.push(rowOf(entry));
    else changed.push(entry);
    entry.state = "as stored";
  }
  runIn(engine, "DELETE FROM sennit_keys WHERE id IN (*)", [], gone);
  for (const entry of changed) update(engine, entry);
  insertRows(engine, TABLE, fresh);
}

function update(engine: Engine, entry: Entry): void {
  const { id, name, size, head, flags, version, value } = entry;
  const columns = [name, expiresOf(entry), size, head, flags, version];
  if (entry.isValueChanged) engine.run(UPDATE_WITH_VALUE, [...columns, value, id]);
  else engine.run(UPDATE, [...columns, id]);
  entry.isValueChanged = false;
}

function rowOf(entry: Entry): Value[] {
  const { id, name, type, size, head, flags, version, value } = entry;
  entry.isValueChanged = false;
  return [id, name, type, expiresOf(entry), size, head, flags, version, value];
}

function expiresOf({ expires }: Entry): number | null {
  return expires === NEVER ? null : expires;
}
