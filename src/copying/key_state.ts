/**
 * What a key is: its type, how much it has, a digest of its content, and when it ends. Two servers have the same key
 * when these are the same, however they keep it.
 *
 * Scores are compared as numbers, streams by their entries, their last id, and their groups with consumers and pending
 * entries; what depends on when somebody looks (idle times) is left out.
 */
import { type Answer, asArray, asBytes, asFields, asNumber, asText, Refusal } from "./answer.ts";
import type { ServerConnection } from "./connection.ts";
import { ContentDigest } from "./content_digest.ts";
import { isPlain, LENGTH_COMMANDS, readElements } from "./elements.ts";
import { readExpiry } from "./expiry.ts";

/** Elements that are asked for at once; of strings, bytes. */
const PER_CHUNK = 1000;
const STRING_CHUNK = 1024 * 1024;
/** What a dump ends with: the format's version and a checksum. */
const DUMP_FOOTER = 10;

/** A key as it was when somebody looked. */
export interface KeyState {
  /** As TYPE names it. */
  readonly type: string;
  /** Elements; of a string bytes. */
  readonly length: number;
  readonly digest: string;
  /** Units: milliseconds since 1970; null: never. */
  readonly expiresAtMs: number | null;
}

/**
 * The state of a key in the connection's database; null when there is none. A key that changes meanwhile may have a
 * state that it never was in: whoever finds a difference looks again.
 */
export async function keyState(connection: ServerConnection, key: Buffer): Promise<KeyState | null> {
  const type = asText(await connection.call("TYPE", key));
  if (type === "none") return null;
  try {
    const length = Object.hasOwn(LENGTH_COMMANDS, type)
      ? asNumber(await connection.call(LENGTH_COMMANDS[type as keyof typeof LENGTH_COMMANDS], key))
      : 0;
    const digest = await digestOf(connection, type, key);
    const expiry = await readExpiry(connection, key);
    return digest === null || expiry === "gone" ? null : { type, length, digest, expiresAtMs: expiry };
  } catch (error) {
    // It became another type, or none, while it was read.
    if (error instanceof Refusal && /^(WRONGTYPE|ERR no such key)/.test(error.message)) {
      return await keyState(connection, key);
    }
    throw error;
  }
}

/** Whether both are the same key. `toleranceMs`: servers without PEXPIRETIME tell when a key ends a little unsharply. */
export function isSameState(a: KeyState | null, b: KeyState | null, toleranceMs = 0): boolean {
  if (a === null || b === null) return a === b;
  const isSameEnd = a.expiresAtMs === null || b.expiresAtMs === null
    ? a.expiresAtMs === b.expiresAtMs
    : Math.abs(a.expiresAtMs - b.expiresAtMs) <= toleranceMs;
  return isSameEnd && a.type === b.type && a.length === b.length && a.digest === b.digest;
}

async function digestOf(connection: ServerConnection, type: string, key: Buffer): Promise<string | null> {
  if (isPlain(type)) {
    const digest = new ContentDigest(type);
    const perChunk = type === "string" ? STRING_CHUNK : PER_CHUNK;
    for await (const elements of readElements(connection, type, key, perChunk)) {
      digest.add(elements);
    }
    return digest.finish().digest;
  }
  if (type === "stream") return await streamDigest(connection, key);
  // A module's type: its dump is all there is to compare, and may differ where nothing else does.
  const dump = await connection.call("DUMP", key);
  if (dump === null) return null;
  const bytes = asBytes(dump);
  return new Bun.CryptoHasher("sha256").update(bytes.subarray(0, -DUMP_FOOTER)).digest("hex").slice(0, 32);
}

async function streamDigest(connection: ServerConnection, key: Buffer): Promise<string> {
  const digest = new ContentDigest("stream");
  await addPages(connection, ["XRANGE", key], "+", (entry) => {
    const [id, fields] = asArray(entry);
    for (const part of [id!, ...asArray(fields)]) digest.addPart(asBytes(part));
    digest.addPart("");
    return asText(id);
  });
  const info = asFields(await connection.call("XINFO", "STREAM", key));
  digest.addPart(asText(info.get("last-generated-id")));
  const groups = asArray(await connection.call("XINFO", "GROUPS", key)).map(asFields);
  const byName = (group: Map<string, Answer>) => asText(group.get("name"));
  for (const group of groups.toSorted((a, b) => byName(a) < byName(b) ? -1 : 1)) {
    await addGroup(connection, key, group, digest);
  }
  return digest.finish().digest;
}

async function addGroup(
  connection: ServerConnection,
  key: Buffer,
  group: Map<string, Answer>,
  digest: ContentDigest,
): Promise<void> {
  const name = asBytes(group.get("name"));
  digest.addPart(name);
  digest.addPart(asText(group.get("last-delivered-id")));
  const consumers = asArray(await connection.call("XINFO", "CONSUMERS", key, name)).map(asFields);
  for (const consumer of consumers.map((each) => asText(each.get("name"))).toSorted()) {
    digest.addPart(consumer);
  }
  digest.addPart("");
  await addPages(connection, ["XPENDING", key, name], "+", (entry) => {
    const [id, consumer, , deliveries] = asArray(entry);
    for (const part of [id, consumer, deliveries]) digest.addPart(asText(part));
    return asText(id);
  });
}

/** Goes through what has stream ids, a page at a time; `take` answers an entry's id. */
async function addPages(
  connection: ServerConnection,
  command: readonly (string | Buffer)[],
  end: string,
  take: (entry: Answer) => string,
): Promise<void> {
  let start = "-";
  for (;;) {
    const count = command[0] === "XRANGE" ? ["COUNT", PER_CHUNK] : [PER_CHUNK];
    const entries = asArray(await connection.call(...command, start, end, ...count));
    let last = start;
    for (const entry of entries) last = take(entry);
    if (entries.length < PER_CHUNK) return;
    start = `(${last}`;
  }
}
