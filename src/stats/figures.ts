/** What a worker counts, as plain data that can cross to another process and be added up (`add_figures.ts`). */

/** Figures by name; `metrics.ts` declares them. */
export type Figures = Readonly<Record<string, number>>;

/** Counts of a histogram's buckets, without the zeros behind the last; see `histogram.ts`. */
export type HistogramCounts = readonly number[];

/** Figures of one server of a pool. */
export interface ServerFigures {
  readonly figures: Figures;
  /** How long it took, by command family. */
  readonly latency: Readonly<Record<string, HistogramCounts>>;
}

/** Figures of one pool. */
export interface PoolFigures {
  readonly protocol: "redis" | "memcached";
  readonly figures: Figures;
  /** By the server's name in the pool. */
  readonly servers: Readonly<Record<string, ServerFigures>>;
}

/** Figures of pools by their names. */
export type PoolsFigures = Readonly<Record<string, PoolFigures>>;

/** Figures of one process. */
export interface ProcessFigures {
  readonly figures: Figures;
  /** How late the event loop's ticks were. */
  readonly lag: HistogramCounts;
}

/** All figures of one worker. */
export interface WorkerFigures {
  readonly process: ProcessFigures;
  readonly pools: PoolsFigures;
}

/** The figures of all workers, added up, and those of the instance itself. */
export interface InstanceFigures {
  readonly version: string;
  /** The supervisor's process. */
  readonly pid: number;
  readonly startedAtMs: number;
  readonly nowMs: number;
  /** Figures the supervisor counts itself: reloads, ejections, worker restarts. */
  readonly figures: Figures;
  readonly pools: PoolsFigures;
  /** By worker slot. */
  readonly workers: Readonly<Record<string, ProcessFigures>>;
}
