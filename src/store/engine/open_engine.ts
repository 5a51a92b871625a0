/** From what the user writes to a database that is open. */
import type { Durability, Engine } from "./engine.ts";
import { SqliteEngine } from "./sqlite_engine.ts";

/** How databases are written. */
export const ENGINE_FORMS = "sqlite:FILE, sqlite::memory:, mysql://… or postgres://…";

/** Opens the database. Errors: throws with a message that names it, without its password. */
export function openEngine(url: string, durability: Durability): Engine | Promise<Engine> {
  const scheme = url.slice(0, url.indexOf(":"));
  switch (scheme) {
    case "sqlite":
      return SqliteEngine.open(url.slice("sqlite:".length), durability);
    default:
      throw new Error(`${JSON.stringify(scheme)} is no database that this knows; write ${ENGINE_FORMS}`);
  }
}
