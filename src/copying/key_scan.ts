/** Goes through all keys of a server, database by database. A key that is there all the time is told at least once. */
import { asArray, asBytes, asText } from "./answer.ts";
import type { ServerConnection } from "./connection.ts";

const PER_PAGE = 1000;

/** The databases of a server that have keys, ascending. */
export async function databasesOf(connection: ServerConnection): Promise<number[]> {
  const info = asText(await connection.call("INFO", "keyspace"));
  return [...info.matchAll(/^db(\d+):/gm)].map(([, number]) => Number(number)).sort((a, b) => a - b);
}

/** The keys of a database for which `wants` says so, a page at a time. Errors: as the connection's. */
export async function* scanKeys(
  connection: ServerConnection,
  database: number,
  wants: (key: Buffer) => boolean,
): AsyncGenerator<Buffer[]> {
  let cursor = "0";
  do {
    // Others may use the connection for other databases between two pages.
    await connection.select(database);
    const [next, keys] = asArray(await connection.call("SCAN", cursor, "COUNT", PER_PAGE));
    cursor = asText(next);
    const wanted = asArray(keys).map(asBytes).filter(wants);
    if (wanted.length > 0) yield wanted;
  } while (cursor !== "0");
}
