/** Copying: the two primitives of everything that moves data, and what stands on both. Other folders import from here. */
export { type Command, ConnectionLost, type ServerAddress, ServerConnection } from "./connection.ts";
export { Refusal } from "./answer.ts";
export { Copier, type CopierOptions, type CopyTally, type Uncopied } from "./copier.ts";
export type { DirtyLimits } from "./dirty_keys.ts";
export { featuresOf, type ServerIdentity } from "./features.ts";
export { Follower, type FollowerOptions } from "./follower.ts";
export { databasesOf, scanKeys } from "./key_scan.ts";
export { isSameState, type KeyState, keyState } from "./key_state.ts";
export { FENCE_KEY, isClientsKey, UNFINISHED_PREFIX } from "./own_keys.ts";
export { Pace, type PaceLimits } from "./pace.ts";
export { Transfer, type TransferOptions } from "./transfer.ts";
export { type Difference, type VerifyOptions, verifyServers } from "./verify.ts";
export { OPAQUE_COMMANDS, UNTRACKED_COMMANDS } from "./untracked.ts";
export { Fenced, FencedWriter, PlainWriter, raiseFence, WatchingWriter, type Writer } from "./writer.ts";
