/** A keyspace over a database in memory. */
import { Keyspace } from "../../../src/store/data/keyspace.ts";
import { Totals } from "../../../src/store/data/totals.ts";
import { Watches } from "../../../src/store/data/watches.ts";
import { prepareTables } from "../../../src/store/engine/schema.ts";
import { SqliteEngine } from "../../../src/store/engine/sqlite_engine.ts";

/** Opens one. */
export async function openedKeyspace(): Promise<Keyspace> {
  const engine = SqliteEngine.open(":memory:", "off");
  return new Keyspace(engine, new Totals(await prepareTables(engine)), new Watches());
}

/** How many rows a table has. */
export async function rowsOf({ engine }: Keyspace, table: string): Promise<number> {
  const [[count]] = await engine.rows(`SELECT COUNT(*) FROM ${table}`) as [[number]];
  return count;
}
