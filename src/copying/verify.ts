/**
 * Compares two servers key by key: by type, length, a digest of the content, and the time at which keys end. Servers
 * may be written to meanwhile: what differs is looked at again, and is a difference when it stays one.
 */
import { asNumber } from "./answer.ts";
import type { ServerConnection } from "./connection.ts";
import { databasesOf, scanKeys } from "./key_scan.ts";
import { isSameState, type KeyState, keyState } from "./key_state.ts";
import { isClientsKey } from "./own_keys.ts";
import type { Pace } from "./pace.ts";
import { sleep } from "./sleep.ts";

/** What is compared, and how. */
export interface VerifyOptions {
  /** Connections of their own; they are left on some database. */
  readonly source: ServerConnection;
  readonly target: ServerConnection;
  /** Whether a key is of interest, such as by its slot. */
  readonly wants: (key: Buffer) => boolean;
  /** Which part of the keys is compared, in (0, 1]; which they are follows from their names. */
  readonly sample: number;
  readonly pace: Pace;
  readonly signal: AbortSignal;
}

/** A key that is not the same on both. */
export interface Difference {
  readonly database: number;
  readonly key: Buffer;
  readonly source: KeyState | null;
  readonly target: KeyState | null;
}

/** Looks at a key that differs before it is called different, and the time in between. Units: milliseconds. */
const LOOKS = 4;
const BETWEEN_MS = 50;
/** By how much the rest of a key's time, and with it its end, may be told differently by older servers. */
const TOLERANCE_MS = 2;

/** Tells `found` of each difference. Shape: how many keys were compared. Errors: as the connections', or the signal's reason. */
export async function verifyServers(
  options: VerifyOptions,
  found: (difference: Difference) => void,
): Promise<number> {
  const { source, target, sample } = options;
  const isSampled = (key: Buffer) => sample >= 1 || Number(Bun.hash.xxHash32(key)) / 2 ** 32 < sample;
  const wants = (key: Buffer) => isClientsKey(key) && options.wants(key) && isSampled(key);
  let compared = 0;
  for (const database of await databasesOf(source)) {
    for await (const keys of scanKeys(source, database, wants)) {
      for (const key of keys) await compare(options, database, key, found);
      compared += keys.length;
    }
  }
  for (const database of await databasesOf(target)) {
    for await (const keys of scanKeys(target, database, wants)) {
      const surplus = await absent(source, database, keys);
      for (const key of surplus) await compare(options, database, key, found);
      compared += surplus.length;
    }
  }
  return compared;
}

async function compare(
  { source, target, pace, signal }: VerifyOptions,
  database: number,
  key: Buffer,
  found: (difference: Difference) => void,
): Promise<void> {
  const areSharp = source.identity.features.absoluteExpiry && target.identity.features.absoluteExpiry;
  for (let look = 1;; look++) {
    signal.throwIfAborted();
    const start = performance.now();
    await Promise.all([source.select(database), target.select(database)]);
    const [left, right] = await Promise.all([keyState(source, key), keyState(target, key)]);
    if (isSameState(left, right, areSharp ? 0 : TOLERANCE_MS)) {
      await sleep(pace.delay(key.length + (left?.length ?? 0), start, performance.now()), signal);
      return;
    }
    if (look === LOOKS) return found({ database, key, source: left, target: right });
    await sleep(BETWEEN_MS, signal);
  }
}

async function absent(
  source: ServerConnection,
  database: number,
  keys: readonly Buffer[],
): Promise<Buffer[]> {
  await source.select(database);
  const answers = await source.pipeline(keys.map((key) => ["EXISTS", key]));
  return keys.filter((_, i) => asNumber(answers[i]) === 0);
}
