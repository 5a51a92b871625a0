/** From what the user writes to a database that is open. */
import type { Durability, Engine } from "./engine.ts";
import { mysql } from "./mysql.ts";
import { postgres } from "./postgres.ts";
import { SqlServerEngine } from "./sql_server_engine.ts";
import { SqliteEngine } from "./sqlite_engine.ts";

/** How databases are written. */
export const ENGINE_FORMS = "sqlite:FILE, sqlite::memory:, mysql://… or postgres://…";

/** Opens the database. Errors: throws with a message that names it, without its password. */
export function openEngine(url: string, durability: Durability): Engine | Promise<Engine> {
  const scheme = url.slice(0, url.indexOf(":"));
  switch (scheme) {
    case "sqlite":
      return SqliteEngine.open(url.slice("sqlite:".length), durability);
    case "mysql":
      return SqlServerEngine.open(mysql(durability), url);
    case "postgres":
    case "postgresql":
      return SqlServerEngine.open(postgres(durability), url);
    default:
      throw new Error(`${JSON.stringify(scheme)} is no database that this knows; write ${ENGINE_FORMS}`);
  }
}
