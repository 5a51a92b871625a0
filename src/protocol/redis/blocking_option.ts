/** Tells whether a request that may wait for data, such as XREAD, asks to. */
import { type Arguments, isWord } from "../arguments.ts";
import type { Command } from "./command.ts";

/**
 * True when the request carries its command's `blockingKeyword`.
 *
 * Shape: looks at the options only. Keys come behind STREAMS and a consumer group's names behind GROUP; they may
 * well be called "block".
 */
export function asksToBlock(command: Command, args: Arguments): boolean {
  if (command.blockingKeyword === "") return false;
  for (let i = 1; i < args.count; i++) {
    if (isWord(args, i, command.blockingKeyword)) return true;
    if (isWord(args, i, "STREAMS")) return false;
    if (isWord(args, i, "GROUP")) i += 2;
  }
  return false;
}
