/** What the store keeps for a Redis connection. */
import type { Watcher, Watches } from "../data/watches.ts";
import { MAX_REQUEST_BYTES } from "../limits.ts";
import type { RedisJob } from "./redis_job.ts";

/** What an argument takes beside its bytes. */
const PER_ARGUMENT = 64;

/** One client's state. */
export class RedisClient implements Watcher {
  /** As CLIENT SETNAME gave it. */
  name = "";
  /** Whether it may do anything yet. */
  isAuthenticated: boolean;
  /** Between MULTI and EXEC: what was asked since. */
  queued: RedisJob[] | null = null;
  /** Bytes of `queued`. */
  #queuedBytes = 0;
  /** What was asked between MULTI and EXEC can't be run. */
  isQueueFaulty = false;
  /** A watched key has changed. */
  isWatchBroken = false;
  /** Watched keys by their text. */
  readonly watched = new Map<string, Buffer>();

  constructor(
    readonly id: number,
    readonly peer: string,
    readonly watches: Watches,
    /** What AUTH needs; null: nothing. */
    readonly password: Buffer | null,
    /** Ends the connection behind the replies. */
    readonly end: () => void,
  ) {
    this.isAuthenticated = password === null;
  }

  keyChanged(): void {
    this.isWatchBroken = true;
  }

  watch(name: Buffer): void {
    const text = name.toString("latin1");
    this.watched.set(text, name);
    this.watches.add(text, this);
  }

  unwatch(): void {
    for (const text of this.watched.keys()) this.watches.remove(text, this);
    this.watched.clear();
    this.isWatchBroken = false;
  }

  /** Keeps a request for EXEC; false when a block would be larger than requests may be. */
  queue(job: RedisJob): boolean {
    for (const arg of job.args) this.#queuedBytes += arg.length + PER_ARGUMENT;
    if (this.#queuedBytes > MAX_REQUEST_BYTES) return false;
    this.queued!.push(job);
    return true;
  }

  /** Leaves a transaction block, run or not. */
  endBlock(): void {
    this.queued = null;
    this.#queuedBytes = 0;
    this.isQueueFaulty = false;
    this.unwatch();
  }

  /** As after connecting. */
  reset(): void {
    this.endBlock();
    this.name = "";
    this.isAuthenticated = this.password === null;
  }
}
