/** Fills a target with the keys that a load asks for, so that no request misses. */
import { RawClient } from "../../tests/support/raw_client.ts";
import { keyCount, keyName, type Load } from "./load.ts";
import { PROTOCOLS } from "./protocol.ts";
import type { Target } from "./target.ts";

const BATCH_BYTES = 1 << 20;
const DEADLINE_MS = 60_000;

/** Sets all keys of a load through `target`. Errors: throws when a key isn't taken. */
export async function preload(target: Target, load: Load): Promise<void> {
  const { encodeSet, stored } = PROTOCOLS[load.protocol];
  const value = Buffer.alloc(load.valueBytes, "x");
  const batch = Math.max(1, Math.floor(BATCH_BYTES / load.valueBytes));
  using client = await RawClient.connect(target.port, target.host);
  client.deadlineMs = DEADLINE_MS;
  const count = keyCount(load);
  for (let from = 0; from < count; from += batch) {
    const keys = Array.from({ length: Math.min(batch, count - from) }, (_, i) => keyName(from + i));
    client.write(Buffer.concat(keys.map((key) => encodeSet(key, value))));
    const replies = (await client.readBytes(keys.length * stored.length)).toString();
    if (replies !== stored.repeat(keys.length)) throw new Error(`${target.name} takes no keys: ${replies}`);
  }
}
