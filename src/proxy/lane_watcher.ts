/** What a lane asks of its backend, and tells it. */
import type { Lane } from "./lane.ts";

/** Who looks after a lane: its backend, or a probe. */
export interface LaneWatcher {
  /** Whether the lane goes on over a new connection when it loses one; false when it matters what was said on it. */
  readonly isShared: boolean;
  /** Whether a connection may be made; false while an earlier way to the same server has requests in flight. */
  mayConnect(): boolean;
  /** Greeted and ready for requests. */
  laneReady(lane: Lane): void;
  /** An attempt to connect failed, or a connection with requests in flight did. */
  laneFailed(lane: Lane, reason: string): void;
  /** A lane that is not shared lost its connection without a request in flight. */
  laneLost?(lane: Lane): void;
  /** All that was asked on a lane that is not shared is answered. */
  laneQuiet?(lane: Lane): void;
}
