/** Which arguments of which commands name channels that a user must be allowed to use. Leaving one takes no permission. */

/** What a command does with channels. */
interface ChannelUse {
  /** Whether all arguments name channels, or only the first. */
  readonly all: boolean;
  /** Whether they are patterns, which must be allowed as they are: who may see `a*` may not see what else fits. */
  readonly arePatterns: boolean;
}

/** By the names of the commands. */
export const CHANNEL_USES: ReadonlyMap<string, ChannelUse> = new Map([
  ["publish", { all: false, arePatterns: false }],
  ["spublish", { all: false, arePatterns: false }],
  ["subscribe", { all: true, arePatterns: false }],
  ["ssubscribe", { all: true, arePatterns: false }],
  ["psubscribe", { all: true, arePatterns: true }],
]);
