/** Statistics: what is counted, and how it is shown. Other folders import from here. */
export { addFigures, addWorkerFigures, type InstanceFacts, lastFigures } from "./add_figures.ts";
export { FAILURE_KINDS, type FailureCounts, type FailureKind, noFailures } from "./failure_kind.ts";
export type {
  Figures,
  HistogramCounts,
  InstanceFigures,
  PoolFigures,
  PoolsFigures,
  ProcessFigures,
  ServerFigures,
  WorkerFigures,
} from "./figures.ts";
export { bucketOf, BUCKETS, Histogram, quantileOf, toCounts } from "./histogram.ts";
export { type HotKey, mergeHotKeys } from "./hot_key.ts";
export { KeySketch } from "./key_sketch.ts";
export type { Metric } from "./metric.ts";
export {
  INSTANCE_METRICS,
  type InstanceFigure,
  POOL_METRICS,
  type PoolFigure,
  PROCESS_METRICS,
  type ProcessFigure,
  SERVER_METRICS,
  type ServerFigure,
} from "./metrics.ts";
export { type InfoFacts, renderInfo } from "./render_info.ts";
export { type MemcachedFacts, memcachedStats } from "./render_memcached.ts";
export { renderNutcracker } from "./render_nutcracker.ts";
export { renderPrometheus } from "./render_prometheus.ts";
export type { SlowRequest } from "./slow_request.ts";
