/**
 * Requests that took longer than a threshold, the last so many of a worker.
 *
 *     complete ──queue──▶ written ──server──▶ reply is here ──delivery──▶ in the client's outbox
 *
 * The times are those of the turn's clock, except that a write is dated by a clock of its own; so a turn that took
 * long counts as queue, not as the server's time. Every slow request is counted. When a server has held up many of
 * them, which then all arrive together, the first few are kept, the one that held up the others among them.
 */
import type { SlowRequest } from "../stats/mod.ts";
import { turn } from "../transport/turn.ts";
import { commandName } from "./client_view.ts";
import { type Request, SETTLED } from "./request.ts";
import { keyText } from "./request_key.ts";
import type { ServerCounters } from "./server_counters.ts";

/** Slow requests of one server that are kept of those that a turn brings. */
const MOST_PER_TURN = 8;

type Entry = { -readonly [Field in keyof SlowRequest]: SlowRequest[Field] };

/** A worker's slow log. */
export class SlowLog {
  /** Requests that take so long are slow; infinite while the log is off. */
  thresholdMs = Infinity;
  /** Requests with entries whose replies wait for their turn. */
  readonly #undelivered = new Map<Request, Entry[]>();
  /** How many were kept of a server's in the last turn that had any. */
  readonly #kept = new WeakMap<ServerCounters, { turnMs: number; count: number }>();
  #entries: Entry[] = [];
  #most = 0;
  readonly #nextId: () => number;

  /** Entries get their ids from `nextId`. */
  constructor(nextId: () => number) {
    this.#nextId = nextId;
  }

  /** Sets the threshold, 0 for none, and how many entries are kept. */
  configure(thresholdMs: number, entries: number): void {
    const before = this.thresholdMs;
    this.thresholdMs = thresholdMs === 0 ? Infinity : thresholdMs;
    // Nobody would tell when those that count as fast from now on are delivered.
    if (this.thresholdMs > before) this.#undelivered.clear();
    this.#most = entries;
    this.#entries.splice(0, this.#entries.length - entries);
  }

  /** The entries, newest first. */
  list(): SlowRequest[] {
    return this.#entries.map((entry) => ({ ...entry })).reverse();
  }

  /** Forgets the entries of a pool, or of all with null. */
  reset(pool: string | null): void {
    this.#entries = pool === null ? [] : this.#entries.filter((entry) => entry.pool !== pool);
  }

  /** A slow request was answered; its reply is delivered, or waits for its turn or for those of other fragments. */
  replied(request: Request, failure = ""): void {
    const asker = request.taker === null ? request : request.taker.parent;
    if (asker === undefined) return;
    const entry = this.#add(request, asker, turn.now, failure);
    if (entry === null || asker.state === SETTLED) return;
    const entries = this.#undelivered.get(asker);
    if (entries === undefined) this.#undelivered.set(asker, [entry]);
    else entries.push(entry);
  }

  /** The reply of a request that is slow by now is written after it had to wait for its turn. */
  delivered(request: Request): void {
    const wasFast = request.repliedMs - request.enteredMs < this.thresholdMs;
    const late = wasFast ? this.#add(request, request, request.repliedMs, "") : null;
    const entries = late === null ? this.#undelivered.get(request) ?? [] : [late];
    for (const entry of entries) {
      const totalMs = inMicros(turn.now - request.enteredMs);
      entry.deliveryMs = inMicros(entry.deliveryMs + totalMs - entry.totalMs);
      entry.totalMs = totalMs;
    }
    this.#undelivered.delete(request);
  }

  /** The client is gone: its reply will not be delivered. */
  forget(request: Request): void {
    if (this.#undelivered.size > 0) this.#undelivered.delete(request);
  }

  /** Counts a slow request and makes an entry, unless there are enough of its like or it was never a client's. */
  #add(request: Request, asker: Request, repliedMs: number, failure: string): Entry | null {
    const { mark, enteredMs } = request;
    if (mark === null || asker.session === null) return null;
    const { pool, stream } = asker.session;
    pool.counters.slowRequests++;
    if (this.#hasEnoughOf(mark.server)) return null;
    const writtenMs = mark.writtenMs === 0 ? repliedMs : Math.min(mark.writtenMs, repliedMs);
    const entry: Entry = {
      id: this.#nextId(),
      at: Math.round(Date.now() - performance.now() + enteredMs),
      pool: pool.config.name,
      server: mark.server.name,
      client: stream.peer,
      command: commandName(pool.config, request.command - 1),
      key: keyText(request),
      failure,
      totalMs: inMicros(repliedMs - enteredMs),
      queueMs: inMicros(writtenMs - enteredMs),
      serverMs: inMicros(repliedMs - writtenMs),
      deliveryMs: 0,
    };
    this.#entries.push(entry);
    if (this.#entries.length > this.#most) this.#entries.shift();
    return entry;
  }

  #hasEnoughOf(server: ServerCounters): boolean {
    const kept = this.#kept.get(server);
    if (kept?.turnMs === turn.now) return ++kept.count > MOST_PER_TURN;
    this.#kept.set(server, { turnMs: turn.now, count: 1 });
    return false;
  }
}

/** Milliseconds, whole microseconds. */
function inMicros(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
