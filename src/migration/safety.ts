/** Has a target hold what was copied as safely as its configuration can. */
import { type ServerConnection } from "../copying/mod.ts";

/**
 * Waits until a replica has everything, where there is one. Shape: what the copies are safe against, for people.
 * Errors: throws when it doesn't come to that in time, or as the connection.
 */
export async function makeSafe(target: ServerConnection, timeoutMs: number): Promise<string> {
  const replication = String(await target.call("INFO", "replication"));
  const replicas = Number(/^connected_slaves:(\d+)/m.exec(replication)?.[1] ?? 0);
  if (replicas > 0) {
    const reached = Number(await target.call("WAIT", 1, timeoutMs));
    if (reached < 1) throw new Error(`no replica of ${target.server} has everything within ${timeoutMs} ms`);
    return "a replica has everything";
  }
  const persistence = String(await target.call("INFO", "persistence"));
  return /^aof_enabled:1/m.test(persistence)
    ? "the target writes an append-only file"
    : "target is memory only";
}
