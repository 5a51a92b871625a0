/**
 * Copies keys as they are, with the time at which they end, from one server to another; a key that is no more is
 * removed there. State is copied and no operation repeated: to do it again does no harm.
 *
 *     size of each key ─▶ small ones: DUMP and expiry in one transaction ─▶ RESTORE REPLACE ABSTTL
 *                     └─▶ large ones, piece by piece under another name (`large_copy.ts`)
 *
 * A key is copied by one copier at a time, or an older state might overtake a newer one. While the copier writes one
 * batch it reads the next.
 */
import { type Answer, asArray, asBytes, asNumber, Refusal } from "./answer.ts";
import type { Command, ServerConnection } from "./connection.ts";
import { expiryCommands, expiryOf } from "./expiry.ts";
import { copyLarge, type LargeCopyOptions, type LargeOutcome } from "./large_copy.ts";
import type { Pace } from "./pace.ts";
import { sleep } from "./sleep.ts";
import type { Writer } from "./writer.ts";

/** Keys whose sizes are asked for at once. */
const KEYS_PER_BATCH = 64;

/** What copies, and how. */
export interface CopierOptions extends LargeCopyOptions {
  /** A connection of its own to the server that is copied from. */
  readonly source: ServerConnection;
  readonly target: Writer;
  /** Beyond so many bytes in memory a value is copied in pieces, and a stream not at all. */
  readonly dumpMax: number;
  readonly pace: Pace;
  /** Another connection to the source, to see what its clients feel; null: they don't count. */
  readonly probe: ServerConnection | null;
  readonly signal: AbortSignal;
}

/** A key that was not copied. */
export interface Uncopied {
  readonly database: number;
  readonly key: Buffer;
  /** What it is: `stream of 9000000 bytes`. */
  readonly what: string;
  /** It changes faster than it is copied, and may be tried again; else it can't be copied at all. */
  readonly isHot: boolean;
}

/** What has been done. */
export interface CopyTally {
  /** Keys that were written. */
  copied: number;
  /** Keys that are no more, and were removed. */
  removed: number;
  /** Keys of those copied that went in pieces. */
  large: number;
  bytes: number;
}

interface Sized {
  readonly key: Buffer;
  readonly bytes: number;
}

/** Copies keys between two servers. Errors: Refusal when the target refuses a copy, Fenced, ConnectionLost, the signal's reason. */
export class Copier {
  readonly tally: CopyTally = { copied: 0, removed: 0, large: 0, bytes: 0 };
  readonly #options: CopierOptions;

  constructor(options: CopierOptions) {
    this.#options = options;
  }

  /** Copies keys of a database. Shape: those that were not copied. */
  async copy(database: number, keys: readonly Buffer[]): Promise<Uncopied[]> {
    const uncopied: Uncopied[] = [];
    let writing: Promise<void> = Promise.resolve();
    try {
      for (let at = 0; at < keys.length; at += KEYS_PER_BATCH) {
        const { small, large } = await this.#sizes(database, keys.slice(at, at + KEYS_PER_BATCH));
        for (const batch of this.#batches(small)) {
          const start = performance.now();
          const probing = this.#probe();
          const commands = await this.#read(database, batch.keys);
          await writing;
          writing = this.#options.target.write(database, commands);
          // A failure is seen when it is waited for, be it after the next read.
          writing.catch(() => {});
          await probing;
          await this.#rest(batch.bytes, start);
        }
        for (const { key, bytes } of large) {
          await writing;
          const { result, what } = await this.#copyLarge(database, key, bytes);
          const isDone = result === "copied" || result === "removed";
          if (!isDone) uncopied.push({ database, key, what, isHot: result === "hot" });
        }
      }
    } finally {
      await writing;
    }
    return uncopied;
  }

  /** What keys take in memory, those apart that are too large to be dumped. */
  async #sizes(database: number, keys: readonly Buffer[]): Promise<{ small: Sized[]; large: Sized[] }> {
    const { source, dumpMax, signal } = this.#options;
    signal.throwIfAborted();
    await source.select(database);
    const answers = await source.pipeline(keys.map((key) => ["MEMORY", "USAGE", key]));
    const sized = keys.map((key, i) => ({ key, bytes: answers[i] === null ? 0 : asNumber(answers[i]) }));
    return {
      small: sized.filter(({ bytes }) => bytes <= dumpMax),
      large: sized.filter(({ bytes }) => bytes > dumpMax),
    };
  }

  /** So few at once that neither server is held up for long. */
  *#batches(keys: readonly Sized[]): Generator<{ keys: Buffer[]; bytes: number }> {
    let batch: Buffer[] = [];
    let sum = 0;
    for (const { key, bytes } of keys) {
      if (batch.length > 0 && sum + bytes > this.#options.chunkBytes) {
        yield { keys: batch, bytes: sum };
        batch = [];
        sum = 0;
      }
      batch.push(key);
      sum += bytes;
    }
    if (batch.length > 0) yield { keys: batch, bytes: sum };
  }

  /** The commands that make the target's keys what the source's are now. */
  async #read(database: number, keys: readonly Buffer[]): Promise<Command[]> {
    const { source, signal } = this.#options;
    signal.throwIfAborted();
    await source.select(database);
    const { features } = source.identity;
    const questions = keys.map((key): Command[] => [
      ["MULTI"],
      ...expiryCommands(features, key),
      ["DUMP", key],
      ["EXEC"],
    ]);
    const answers = await source.pipeline(questions.flat());
    const each = questions[0]!.length;
    return keys.map((key, i) => this.#restore(key, answers.slice(i * each, (i + 1) * each)));
  }

  #restore(key: Buffer, answers: readonly Answer[]): Command {
    const refusal = answers.find((answer) => answer instanceof Refusal);
    if (refusal !== undefined) throw refusal;
    const results = asArray(answers.at(-1));
    const dump = results.at(-1);
    const expiry = expiryOf(this.#options.source.identity.features, results.slice(0, -1));
    if (dump === null || expiry === "gone") {
      this.tally.removed++;
      return ["UNLINK", key];
    }
    const bytes = asBytes(dump);
    this.tally.copied++;
    this.tally.bytes += bytes.length;
    // A time that is over makes the target remove the key.
    return ["RESTORE", key, expiry ?? 0, bytes, "REPLACE", "ABSTTL"];
  }

  async #copyLarge(database: number, key: Buffer, size: number): Promise<LargeOutcome> {
    const { source, target, signal } = this.#options;
    const tally = this.tally;
    let start = performance.now();
    const outcome = await copyLarge(source, target, database, key, size, this.#options, async (bytes) => {
      signal.throwIfAborted();
      tally.bytes += bytes;
      await this.#probe();
      await this.#rest(bytes, start);
      start = performance.now();
    });
    if (outcome.result === "copied") {
      tally.copied++;
      tally.large++;
    } else if (outcome.result === "removed") tally.removed++;
    return outcome;
  }

  /** How long the source takes for the least there is. */
  async #probe(): Promise<void> {
    const { probe, pace } = this.#options;
    if (probe === null) return;
    const start = performance.now();
    await probe.call("PING").catch(() => {});
    pace.observe(performance.now() - start);
  }

  async #rest(bytes: number, startMs: number): Promise<void> {
    const { pace, signal } = this.#options;
    await sleep(pace.delay(bytes, startMs, performance.now()), signal);
  }
}
