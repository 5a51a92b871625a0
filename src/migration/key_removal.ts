/** Removes keys from servers: copies from a target, or what has moved from a source; and sees who writes there. */
import { databasesOf, type Follower, scanKeys, type ServerConnection, type Writer } from "../copying/mod.ts";

/** Keys that are removed in one go. */
const KEYS_PER_BATCH = 100;

/** Removes all keys that `wants` says, in all databases. Errors: as the writer's, or the signal's reason. */
export async function purgeKeys(
  reader: ServerConnection,
  writer: Writer,
  wants: (key: Buffer) => boolean,
  signal: AbortSignal,
): Promise<void> {
  await collectKeys(reader, writer, wants, signal, () => Promise.resolve());
}

/** The same, and `look` is asked before each removal; it throws to end it. */
export async function collectKeys(
  reader: ServerConnection,
  writer: Writer,
  wants: (key: Buffer) => boolean,
  signal: AbortSignal,
  look: () => Promise<unknown>,
): Promise<void> {
  for (const database of await databasesOf(reader)) {
    for await (const keys of scanKeys(reader, database, wants)) {
      for (let at = 0; at < keys.length; at += KEYS_PER_BATCH) {
        signal.throwIfAborted();
        await look();
        await writer.write(database, [["UNLINK", ...keys.slice(at, at + KEYS_PER_BATCH)]]);
      }
    }
  }
  await look();
}

/** What has changed although nobody should write. */
export interface Strays {
  /** A key that somebody has written; null when there is none. */
  readonly key: string | null;
  /** Keys that are gone: that end, or are evicted, is told as a change too. */
  readonly gone: readonly Buffer[];
}

/** Takes out what has changed. Errors: as the follower's and the connection's. */
export async function takeStrays(follower: Follower, open: () => Promise<ServerConnection>): Promise<Strays> {
  await follower.barrier();
  if (follower.mustScan) return { key: "more than can be told", gone: [] };
  const keys = follower.take(follower.size);
  if (keys.length === 0) return { key: null, gone: [] };
  const connection = await open();
  try {
    for (const database of await databasesOf(connection)) {
      await connection.select(database);
      const there = await connection.pipeline(keys.map((key) => ["EXISTS", key]));
      const stray = keys.find((_, i) => there[i] === 1);
      if (stray !== undefined) return { key: String(stray), gone: [] };
    }
    return { key: null, gone: keys };
  } finally {
    connection.close();
  }
}
