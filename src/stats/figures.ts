/** What a worker counts, as plain data that can cross to another process and be added up. */

/** Figures by metric name; the declarations are in `metrics.ts`. */
export type Figures = Record<string, number>;

/** Counts of a latency histogram's buckets, without trailing zeros; see `histogram.ts`. */
export type HistogramCounts = readonly number[];

/** Figures of one server of a pool. */
export interface ServerFigures {
  readonly figures: Figures;
  /** By command family. */
  readonly latency: Readonly<Record<string, HistogramCounts>>;
}

/** Figures of one pool. */
export interface PoolFigures {
  readonly protocol: "redis" | "memcached";
  readonly figures: Figures;
  /** By the server's name in the pool. */
  readonly servers: Readonly<Record<string, ServerFigures>>;
}

/** Figures of one process. */
export interface ProcessFigures {
  readonly figures: Figures;
  /** How late the event loop's ticks were. */
  readonly lag: HistogramCounts;
}

/** All figures of one worker. */
export interface WorkerFigures {
  readonly process: ProcessFigures;
  readonly pools: Readonly<Record<string, PoolFigures>>;
}

/** The figures of all workers, added up, and those of the instance itself. */
export interface InstanceFigures {
  readonly version: string;
  readonly startedAtMs: number;
  readonly nowMs: number;
  /** Figures the supervisor counts itself: reloads, ejections, worker restarts. */
  readonly figures: Figures;
  readonly pools: Readonly<Record<string, PoolFigures>>;
  /** By worker slot. */
  readonly workers: Readonly<Record<string, ProcessFigures>>;
}

/** The sum of two workers' figures, or of two lives of one; null counts nothing. */
export function addWorkerFigures(
  one: WorkerFigures | null,
  other: WorkerFigures | null,
): WorkerFigures | null {
  return one ?? other;
}
