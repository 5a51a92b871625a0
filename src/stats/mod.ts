/** Statistics: what is counted, and how it is shown. Other folders import from here. */
export { type HotKey, mergeHotKeys } from "./hot_key.ts";
export type {
  InstanceFigures,
  PoolFigures,
  ProcessFigures,
  ServerFigures,
  WorkerFigures,
} from "./figures.ts";
export type { SlowRequest } from "./slow_request.ts";
export { addWorkerFigures } from "./figures.ts";
