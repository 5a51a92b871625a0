/**
 * Commands that change a key without the server's telling those who track it: they touch what belongs to a stream's
 * groups. While a follower is on, whoever passes them on reports their keys, and, since they may be inside, those of
 * transactions and scripts. Source: tried on Redis 7.0.15, each of them, by this list's test.
 */
export const UNTRACKED_COMMANDS: readonly string[] = [
  "XACK",
  "XAUTOCLAIM",
  "XCLAIM",
  "XGROUP",
  "XREADGROUP",
  "XSETID",
];

/** Commands that may run any of those. */
export const OPAQUE_COMMANDS: readonly string[] = ["EVAL", "EVALSHA", "EXEC", "FCALL"];
