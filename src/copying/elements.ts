/**
 * Reads a key's value piece by piece, for values that are too large to be read at once or have to be looked at. What
 * changes meanwhile may be read by half; an element that is there all the time is read at least once.
 */
import { type Answer, asArray, asBytes, asNumber, asText } from "./answer.ts";
import type { Command, ServerConnection } from "./connection.ts";

/** Values that can be read in pieces. */
export type PlainType = "string" | "list" | "set" | "hash" | "zset";

/** An element of a value: a piece of a string, a list's or set's element, a field with its value, a member with its score. */
export interface Element {
  readonly key: Buffer;
  /** A field's value, or a score as the server writes it; null for others. */
  readonly value: Buffer | null;
  /** When a field ends. Units: milliseconds since 1970; null: never. */
  readonly expiresAtMs: number | null;
}

/** The command that tells how many elements, or bytes, a value has. */
export const LENGTH_COMMANDS: Readonly<Record<PlainType | "stream", string>> = {
  string: "STRLEN",
  list: "LLEN",
  set: "SCARD",
  hash: "HLEN",
  zset: "ZCARD",
  stream: "XLEN",
};

const SCANS: Readonly<Record<"set" | "hash" | "zset", string>> = {
  set: "SSCAN",
  hash: "HSCAN",
  zset: "ZSCAN",
};

/** Whether a value of that type can be read in pieces. */
export function isPlain(type: string): type is PlainType {
  return type !== "stream" && Object.hasOwn(LENGTH_COMMANDS, type);
}

/**
 * The elements of a key in the connection's database, some at a time. `perChunk` says how many to ask for at once; of
 * a string, how many bytes. Errors: throws as the connection does.
 */
export async function* readElements(
  connection: ServerConnection,
  type: PlainType,
  key: Buffer,
  perChunk: number,
): AsyncGenerator<readonly Element[]> {
  if (type === "string") {
    yield* readRange(connection, ["GETRANGE", key], perChunk, (answer) => [asBytes(answer)]);
  } else if (type === "list") {
    yield* readRange(connection, ["LRANGE", key], perChunk, (answer) => asArray(answer).map(asBytes));
  } else yield* readScan(connection, type, key, perChunk);
}

async function* readRange(
  connection: ServerConnection,
  command: Command,
  perChunk: number,
  read: (answer: Answer) => Buffer[],
): AsyncGenerator<readonly Element[]> {
  for (let start = 0;; start += perChunk) {
    const elements = read(await connection.call(...command, start, start + perChunk - 1));
    const length = command[0] === "GETRANGE" ? elements[0]!.length : elements.length;
    if (length > 0) yield elements.map(bare);
    if (length < perChunk) return;
  }
}

async function* readScan(
  connection: ServerConnection,
  type: "set" | "hash" | "zset",
  key: Buffer,
  perChunk: number,
): AsyncGenerator<readonly Element[]> {
  let cursor = "0";
  do {
    const [next, flat] = asArray(await connection.call(SCANS[type], key, cursor, "COUNT", perChunk));
    cursor = asText(next);
    const bytes = asArray(flat).map(asBytes);
    const elements = type === "set" ? bytes.map(bare) : pairs(bytes);
    const isDated = type === "hash" && connection.identity.features.fieldExpiry;
    if (elements.length > 0) yield isDated ? await withExpiry(connection, key, elements) : elements;
  } while (cursor !== "0");
}

async function withExpiry(
  connection: ServerConnection,
  key: Buffer,
  elements: readonly Element[],
): Promise<readonly Element[]> {
  const fields = elements.map((element) => element.key);
  const answer = await connection.call("HPEXPIRETIME", key, "FIELDS", fields.length, ...fields);
  const times = asArray(answer).map(asNumber);
  return elements.map((element, i) => ({ ...element, expiresAtMs: times[i]! > 0 ? times[i]! : null }));
}

function pairs(flat: readonly Buffer[]): Element[] {
  const elements: Element[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) {
    elements.push({ key: flat[i]!, value: flat[i + 1]!, expiresAtMs: null });
  }
  return elements;
}

function bare(key: Buffer): Element {
  return { key, value: null, expiresAtMs: null };
}
