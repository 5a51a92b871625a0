/** Copying: the two primitives of everything that moves data, and what stands on both. Other folders import from here. */
export { type Command, ConnectionLost, type ServerAddress, ServerConnection } from "./connection.ts";
export { Refusal } from "./answer.ts";
export { Copier, type CopierOptions, type CopyTally, type Uncopied } from "./copier.ts";
export type { DirtyLimits } from "./dirty_keys.ts";
export { featuresOf, type ServerIdentity } from "./features.ts";
export { Follower, type FollowerOptions } from "./follower.ts";
export { databasesOf, scanKeys } from "./key_scan.ts";
export { isSameState, type KeyState, keyState } from "./key_state.ts";
export { UNFINISHED_PREFIX } from "./large_copy.ts";
export { Pace, type PaceLimits } from "./pace.ts";
export { Transfer, type TransferOptions } from "./transfer.ts";
export { OPAQUE_COMMANDS, UNTRACKED_COMMANDS } from "./untracked.ts";
export {
  FENCE_KEY,
  Fenced,
  FencedWriter,
  PlainWriter,
  raiseFence,
  WatchingWriter,
  type Writer,
} from "./writer.ts";
