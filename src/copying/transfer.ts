/**
 * Brings the keys of some buckets of one server to another, and keeps them in step: what moves slots, takes servers
 * over and fills cold ones.
 *
 *     follow ─▶ scan and copy all ─▶ copy what turned dirty, again and again ─▶ (writers held) barrier ─▶ the rest
 *
 * Whoever has writers held between the last two has equal servers afterwards. A transfer whose `run` has failed is
 * over: another one begins from the start.
 */
import { Copier, type CopierOptions, type CopyTally, type Uncopied } from "./copier.ts";
import { Follower } from "./follower.ts";
import type { DirtyLimits } from "./dirty_keys.ts";
import { databasesOf, scanKeys } from "./key_scan.ts";
import { asNumber } from "./answer.ts";
import { type ServerAddress, ServerConnection } from "./connection.ts";
import { Pace, type PaceLimits } from "./pace.ts";
import { isClientsKey } from "./own_keys.ts";
import type { Writer } from "./writer.ts";

/** What is to be brought where. */
export interface TransferOptions extends Pick<CopierOptions, "dumpMax" | "chunkBytes" | "signal"> {
  readonly source: ServerAddress;
  /** Connects to the target; asked for two connections, one of which only reads. */
  readonly openTarget: (signal: AbortSignal) => Promise<Writer>;
  /** The bucket of a key, such as its slot; negative: it stays where it is. */
  readonly bucketOf: (key: Buffer) => number;
  readonly limits: DirtyLimits;
  readonly pace: PaceLimits;
}

/** Dirty keys that are copied in one go. */
const KEYS_PER_ROUND = 1000;
const NAME = "sennit-copier";

/** One transfer. Errors: every promise may reject with a Refusal, Fenced, ConnectionLost, or the signal's reason. */
export class Transfer {
  readonly follower: Follower;
  /** How fast it goes; its limits may be changed any time. */
  readonly pace: Pace;
  readonly #copier: Copier;
  readonly #source: ServerConnection;
  /** What is written through; WAIT on its connection is for what was copied. */
  readonly target: Writer;
  readonly #connections: readonly { close(): void }[];
  readonly #wants: (key: Buffer) => boolean;
  /** Keys that can't be copied, by database and key. */
  readonly #uncopied = new Map<string, Uncopied>();

  private constructor(
    options: TransferOptions,
    follower: Follower,
    source: ServerConnection,
    probe: ServerConnection,
    target: Writer,
  ) {
    this.follower = follower;
    this.pace = new Pace(options.pace);
    this.#source = source;
    this.target = target;
    this.#wants = (key) => isClientsKey(key) && options.bucketOf(key) >= 0;
    // A value that changes meanwhile comes again as dirty.
    this.#copier = new Copier({ ...options, source, target, probe, pace: this.pace, tries: 1 });
    this.#connections = [follower, source, probe, target.connection];
  }

  /** Connects to both, and follows the source from now on. */
  static async start(options: TransferOptions): Promise<Transfer> {
    const { source, signal } = options;
    const bucketOf = (key: Buffer) => isClientsKey(key) ? options.bucketOf(key) : -1;
    const open = () => ServerConnection.open(source, { resp: 2, name: NAME, signal });
    const opened = await Promise.allSettled(
      [
        Follower.start(source, { bucketOf, limits: options.limits, signal }),
        open(),
        open(),
        options.openTarget(signal),
      ] as const,
    );
    const [follower, reading, probe, target] = opened;
    const failed = opened.find((each) => each.status === "rejected");
    if (failed === undefined) {
      return new Transfer(options, valueOf(follower), valueOf(reading), valueOf(probe), valueOf(target));
    }
    for (const each of [follower, reading, probe]) if (each.status === "fulfilled") each.value.close();
    if (target.status === "fulfilled") target.value.connection.close();
    throw failed.reason;
  }

  /** What has been done so far. */
  get tally(): Readonly<CopyTally> {
    return this.#copier.tally;
  }

  /** Keys that are not at the target as they are, and what they are. */
  get uncopied(): readonly Uncopied[] {
    return [...this.#uncopied.values()];
  }

  /** Keys that are known to be dirty. */
  get dirty(): number {
    return this.follower.size;
  }

  /** Copies all keys, and removes from the target those that the source has not. */
  async copyAll(): Promise<void> {
    this.follower.beginScan();
    this.#uncopied.clear();
    for (const database of await databasesOf(this.#source)) {
      for await (const keys of scanKeys(this.#source, database, this.#wants)) {
        await this.#copy(database, keys);
      }
    }
    const { connection } = this.target;
    for (const database of await databasesOf(connection)) {
      for await (const keys of scanKeys(connection, database, this.#wants)) {
        await this.#removeSurplus(database, keys);
      }
    }
  }

  /** Copies what turned dirty until no more than `most` keys are, or until `rounds` are over. Shape: whether it did. */
  async catchUp(most: number, rounds: number): Promise<boolean> {
    for (let round = 0;; round++) {
      await this.follower.barrier();
      if (!this.follower.mustScan && this.dirty <= most) return true;
      if (round === rounds) return false;
      await this.#copyDirty();
    }
  }

  /** Copies all that is dirty; behind it, if writers were held meanwhile, both are equal but for `uncopied`. */
  async settle(): Promise<void> {
    do {
      await this.follower.barrier();
      await this.#copyDirty();
    } while (this.dirty > 0 || this.follower.mustScan);
  }

  /** Closes its connections. */
  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  /** What was dirty when it began; a name is so in every database. */
  async #copyDirty(): Promise<void> {
    if (this.follower.mustScan) return await this.copyAll();
    const databases = await this.#databases();
    for (let left = this.dirty; left > 0;) {
      const keys = this.follower.take(Math.min(left, KEYS_PER_ROUND));
      if (keys.length === 0) return;
      left -= keys.length;
      try {
        for (const database of databases) await this.#copy(database, keys);
      } catch (error) {
        // Whoever is still there to go on finds them dirty.
        for (const key of keys) this.follower.report(key);
        throw error;
      }
    }
  }

  async #copy(database: number, keys: readonly Buffer[]): Promise<void> {
    for (const key of keys) this.#uncopied.delete(nameOf(database, key));
    for (const each of await this.#copier.copy(database, keys)) {
      this.#uncopied.set(nameOf(database, each.key), each);
    }
  }

  /** Those that either has keys in: a key may have left its last one. */
  async #databases(): Promise<number[]> {
    const both = await Promise.all([databasesOf(this.#source), databasesOf(this.target.connection)]);
    return [...new Set(both.flat())].sort((a, b) => a - b);
  }

  async #removeSurplus(database: number, keys: readonly Buffer[]): Promise<void> {
    await this.#source.select(database);
    const answers = await this.#source.pipeline(keys.map((key) => ["EXISTS", key]));
    await this.#copy(database, keys.filter((_, i) => asNumber(answers[i]) === 0));
  }
}

function nameOf(database: number, key: Buffer): string {
  return `${database} ${key.toString("latin1")}`;
}

function valueOf<T>(settled: PromiseSettledResult<T>): T {
  return (settled as PromiseFulfilledResult<T>).value;
}
