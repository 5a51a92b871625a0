/** Tells whether, and for how long, a request waits for data. */
import { type Arguments, isWord, textOf } from "../arguments.ts";
import type { Command } from "./command.ts";

/** A request that doesn't wait. */
export const NEVER_WAITS = -1;

/** In place of `Command.timeoutAt`: it waits for as long as the server likes. */
export const UNTIL_SERVED: number = Infinity;

/**
 * Milliseconds that the request may wait for data, infinite when it says 0, or `NEVER_WAITS`. What the server will
 * find wrong is no wait.
 */
export function waitOf(command: Command, args: Arguments): number {
  if (command.timeoutAt === UNTIL_SERVED) return Infinity;
  if (command.timeoutAt !== 0) {
    const at = command.timeoutAt < 0 ? args.count + command.timeoutAt : command.timeoutAt;
    return duration(args, at, 1000);
  }
  const option = blockingOption(command, args);
  return option === 0 ? NEVER_WAITS : duration(args, option + 1, 1);
}

/** The index of the request's `blockingKeyword`, or 0. */
function blockingOption(command: Command, args: Arguments): number {
  if (command.blockingKeyword === "") return 0;
  for (let i = 1; i < args.count - 1; i++) {
    if (isWord(args, i, command.blockingKeyword)) return i;
    // Keys come behind STREAMS and a consumer group's names behind GROUP; they may well be called "block".
    if (isWord(args, i, "STREAMS")) return 0;
    if (isWord(args, i, "GROUP")) i += 2;
  }
  return 0;
}

function duration(args: Arguments, at: number, unitMs: number): number {
  const value = Number(textOf(args, at));
  if (!(value >= 0)) return 0;
  return value === 0 ? Infinity : value * unitMs;
}
