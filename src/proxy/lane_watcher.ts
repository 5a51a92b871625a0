/** What a lane asks of its backend, and tells it. */
import type { Lane } from "./lane.ts";

/** Who looks after a lane: its backend, or a probe. */
export interface LaneWatcher {
  /** Whether a connection may be made; false while an earlier way to the same server has requests in flight. */
  mayConnect(): boolean;
  /** Greeted and ready for requests. */
  laneReady(lane: Lane): void;
  /** An attempt to connect failed, or a connection with requests in flight did. */
  laneFailed(lane: Lane, reason: string): void;
}
