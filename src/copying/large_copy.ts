/**
 * Copies one large value piece by piece: into a key of another name that ends by itself should nobody finish it, which
 * gets its name and its time once it is the same as what was read, by length and by digest. The original is watched
 * while it is read: one that changes meanwhile is copied again.
 */
import { type Answer, asArray, asNumber, asText, Refusal } from "./answer.ts";
import type { Command, ServerConnection } from "./connection.ts";
import { ContentDigest } from "./content_digest.ts";
import { type Element, isPlain, LENGTH_COMMANDS, type PlainType, readElements } from "./elements.ts";
import { type Expiry, expiryCommands, expiryOf } from "./expiry.ts";
import { UNFINISHED_PREFIX } from "./own_keys.ts";
import type { Writer } from "./writer.ts";

/** An unfinished copy ends by itself so long after its last piece; milliseconds. */
const SAFETY_MS = 60_000;
/** Elements of one piece, whatever their size: a script has room for so many words. */
const MOST_ELEMENTS = 1000;

/** How large values are copied. */
export interface LargeCopyOptions {
  /** Bytes of one piece, and of one batch of small values. */
  readonly chunkBytes: number;
  /** How often a large value that changes meanwhile is begun anew before it is left for later. */
  readonly tries: number;
}

/** What came of it: "hot" is what changes faster than it is copied, "impossible" what can't be copied in pieces. */
export interface LargeOutcome {
  readonly result: "copied" | "removed" | "hot" | "impossible";
  /** What kind of value it is, for people. */
  readonly what: string;
}

/** Commands that add elements to a key. */
const ADD: Readonly<Record<PlainType, (key: Buffer, elements: readonly Element[]) => Command>> = {
  string: (key, elements) => ["APPEND", key, elements[0]!.key],
  list: (key, elements) => ["RPUSH", key, ...elements.map((element) => element.key)],
  set: (key, elements) => ["SADD", key, ...elements.map((element) => element.key)],
  hash: (key, elements) => ["HSET", key, ...elements.flatMap((element) => [element.key, element.value!])],
  zset: (key, elements) => ["ZADD", key, ...elements.flatMap((element) => [element.value!, element.key])],
};

/**
 * Copies `key`, of about `size` bytes. `wrote` is told the bytes of each piece, and may wait, or throw to end it.
 */
export async function copyLarge(
  source: ServerConnection,
  target: Writer,
  database: number,
  key: Buffer,
  size: number,
  options: LargeCopyOptions,
  wrote: (bytes: number) => Promise<void>,
): Promise<LargeOutcome> {
  for (let tries = 1;; tries++) {
    await source.select(database);
    await source.call("WATCH", key);
    const type = asText(await source.call("TYPE", key));
    if (!isPlain(type)) await source.call("UNWATCH");
    const what = `${type} of ${size} bytes`;
    if (type === "none") {
      await target.write(database, [["UNLINK", key]]);
      return { result: "removed", what };
    }
    if (!isPlain(type)) return { result: "impossible", what };
    const copy = new LargeCopy(source, target, database, key, type, wrote);
    try {
      if (await copy.run(size, options.chunkBytes)) return { result: "copied", what };
    } catch (error) {
      await Promise.allSettled([copy.discard(), source.call("UNWATCH")]);
      if (!(error instanceof Refusal && error.code === "WRONGTYPE")) throw error;
    }
    await copy.discard();
    if (tries >= options.tries) return { result: "hot", what };
  }
}

class LargeCopy {
  readonly #unfinished: Buffer;

  constructor(
    readonly source: ServerConnection,
    readonly target: Writer,
    readonly database: number,
    readonly key: Buffer,
    readonly type: PlainType,
    readonly wrote: (bytes: number) => Promise<void>,
  ) {
    this.#unfinished = Buffer.from(UNFINISHED_PREFIX + crypto.randomUUID());
  }

  /** False when the value has changed meanwhile. */
  async run(size: number, chunkBytes: number): Promise<boolean> {
    const perChunk = await this.#perChunk(size, chunkBytes);
    const digest = new ContentDigest(this.type);
    for await (const elements of readElements(this.source, this.type, this.key, perChunk)) {
      digest.add(elements);
      await this.#add(elements);
      await this.wrote(bytesOf(elements));
      await this.source.select(this.database);
    }
    const original = await this.#unchanged();
    const { digest: expected, count } = digest.finish();
    const isUnordered = this.type !== "string" && this.type !== "list";
    if (original === null || (isUnordered && count !== original.length)) return false;
    if (!await this.#isSame(original.length, expected, perChunk)) return false;
    await this.#finish(original.expiry);
    return true;
  }

  async discard(): Promise<void> {
    await this.target.write(this.database, [["UNLINK", this.#unfinished]]);
  }

  async #perChunk(size: number, chunkBytes: number): Promise<number> {
    if (this.type === "string") return chunkBytes;
    const length = Math.max(1, await this.#length(this.source, this.key));
    return Math.max(1, Math.min(MOST_ELEMENTS, Math.floor(chunkBytes / (size / length))));
  }

  /** A scan may answer more than it was asked for: a small encoding comes whole. */
  async #add(elements: readonly Element[]): Promise<void> {
    const safety: Command = ["PEXPIRE", this.#unfinished, SAFETY_MS];
    for (let at = 0; at < elements.length; at += MOST_ELEMENTS) {
      const piece = elements.slice(at, at + MOST_ELEMENTS);
      const dated = piece.filter(({ expiresAtMs }) => expiresAtMs !== null);
      const times = dated.map((element): Command => [
        "HPEXPIREAT",
        this.#unfinished,
        element.expiresAtMs!,
        "FIELDS",
        1,
        element.key,
      ]);
      await this.target.write(this.database, [ADD[this.type](this.#unfinished, piece), ...times, safety]);
    }
  }

  /** When the original ends, and how much it has; null when it has changed since it is watched. */
  async #unchanged(): Promise<{ expiry: number | null; length: number } | null> {
    const { features } = this.source.identity;
    const commands = [...expiryCommands(features, this.key), [LENGTH_COMMANDS[this.type], this.key]];
    const results = (await this.source.pipeline([["MULTI"], ...commands, ["EXEC"]])).at(-1)!;
    if (results === null) return null;
    const answers: readonly Answer[] = asArray(results);
    const expiry: Expiry = expiryOf(features, answers.slice(0, -1));
    return expiry === "gone" ? null : { expiry, length: asNumber(answers.at(-1)) };
  }

  /** Whether the copy is what was read. */
  async #isSame(length: number, expected: string, perChunk: number): Promise<boolean> {
    const { connection } = this.target;
    await connection.select(this.database);
    if (await this.#length(connection, this.#unfinished) !== length) return false;
    const digest = new ContentDigest(this.type);
    for await (const elements of readElements(connection, this.type, this.#unfinished, perChunk)) {
      digest.add(elements);
      await this.wrote(0);
      await connection.select(this.database);
    }
    return digest.finish().digest === expected;
  }

  async #finish(expiry: number | null): Promise<void> {
    const time: Command = expiry === null
      ? ["PERSIST", this.#unfinished]
      : ["PEXPIREAT", this.#unfinished, Math.max(expiry, Date.now() + SAFETY_MS)];
    // The time is set behind the name, since a key whose time is over can't be renamed.
    const end: Command[] = expiry === null ? [] : [["PEXPIREAT", this.key, expiry]];
    await this.target.write(this.database, [time, ["RENAME", this.#unfinished, this.key], ...end]);
  }

  async #length(connection: ServerConnection, key: Buffer): Promise<number> {
    return asNumber(await connection.call(LENGTH_COMMANDS[this.type], key));
  }
}

function bytesOf(elements: readonly Element[]): number {
  return elements.reduce((sum, { key, value }) => sum + key.length + (value?.length ?? 0), 0);
}
