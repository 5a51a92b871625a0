/**
 * Decides which reads are asked of a second member: those that take longer than most of the pool's recent reads did,
 * and never more of them than a share of all. One timer for all reads of a pool, set to the oldest that waits.
 *
 *     oldest ─▶ [answered][waiting, due in 2 ms][waiting][answered] ◀─ newest
 */
import type { PoolConfig } from "../../config/mod.ts";
import { bucketOf, BUCKETS, quantileOf, toCounts } from "../../stats/mod.ts";
import { turn } from "../../transport/turn.ts";
import type { PoolCounters } from "../pool_counters.ts";
import type { ReplicaRead } from "./replica_read.ts";

/** Fewer reads than this say nothing about what is long. */
const FEWEST_READS = 100;
/** How often it is looked at what is long, and how often what was seen counts half from then on; milliseconds. */
const MEASURE_MS = 1000;
const FADE_MS = 10_000;
/** A timer's shortest; milliseconds. */
const SHORTEST_MS = 1;
/** Second requests that may be saved up. */
const MOST_SAVED = 100;
/** A queue with so many answered reads at its front is cut. */
const CUT_FROM = 1024;

const QUANTILES = { p90: 0.9, p95: 0.95, p99: 0.99 };

/** How a pool hedges. */
export type HedgeOptions = NonNullable<PoolConfig["hedge"]>;

/** The hedging of one pool. */
export class Hedging {
  /** What is long; infinite while too little is known. */
  afterMs = Infinity;
  readonly #counters: PoolCounters;
  readonly #counts = new Float64Array(BUCKETS);
  #options: HedgeOptions;
  /** Second requests that may be made now; a fraction of one for each read. */
  #saved = 0;
  #reads: ReplicaRead[] = [];
  #front = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #measureAt = 0;
  #fadeAt = 0;

  constructor(options: HedgeOptions, counters: PoolCounters) {
    this.#options = options;
    this.#counters = counters;
  }

  /** Goes on with other options. */
  configure(options: HedgeOptions): void {
    this.#options = options;
    this.#measureAt = 0;
  }

  /** A read was sent. */
  add(read: ReplicaRead): void {
    this.#saved = Math.min(MOST_SAVED, this.#saved + this.#options.sharePercent / 100);
    if (this.afterMs === Infinity) return;
    read.hedgeAtMs = turn.now + this.afterMs;
    this.#reads.push(read);
    this.#setTimer();
  }

  /** A read was answered, or will not be. */
  answered(ms: number): void {
    this.#counts[bucketOf(ms)]!++;
  }

  /** The second answer came first. */
  won(): void {
    this.#counters.hedgesWon++;
  }

  /** Called every 50 ms or so. */
  tick(now: number): void {
    if (now < this.#measureAt) return;
    this.#measureAt = now + MEASURE_MS;
    const counts = toCounts(this.#counts);
    const isKnown = counts.reduce((sum, count) => sum + count, 0) >= FEWEST_READS;
    const longMs = quantileOf(counts, QUANTILES[this.#options.after]) / 1000;
    this.afterMs = isKnown ? Math.max(SHORTEST_MS, longMs) : Infinity;
    if (now < this.#fadeAt) return;
    this.#fadeAt = now + FADE_MS;
    for (let bucket = 0; bucket < BUCKETS; bucket++) this.#counts[bucket]! /= 2;
  }

  /** No more reads are asked twice. */
  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#reads = [];
    this.#front = 0;
  }

  #setTimer(): void {
    if (this.#timer !== null) return;
    const front = this.#frontWaiting();
    if (front === null) return;
    const ms = Math.max(SHORTEST_MS, front.hedgeAtMs - turn.now);
    this.#timer = setTimeout(() => this.#fire(), ms);
  }

  #fire(): void {
    this.#timer = null;
    turn.begin();
    for (let read = this.#frontWaiting(); read !== null && read.hedgeAtMs <= turn.now;) {
      this.#front++;
      if (this.#saved >= 1 && read.hedge()) {
        this.#saved--;
        this.#counters.hedgedReads++;
      }
      read = this.#frontWaiting();
    }
    this.#setTimer();
  }

  /** The oldest read that has no answer; what has one is let go. */
  #frontWaiting(): ReplicaRead | null {
    const reads = this.#reads;
    while (this.#front < reads.length && !reads[this.#front]!.isWaiting) this.#front++;
    if (this.#front === reads.length) {
      reads.length = 0;
      this.#front = 0;
      return null;
    }
    if (this.#front >= CUT_FROM) {
      reads.splice(0, this.#front);
      this.#front = 0;
    }
    return reads[this.#front]!;
  }
}
