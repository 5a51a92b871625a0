/** What a client of RESP2 may ask while it is subscribed, in Redis's words. */
import type { Command } from "../../protocol/redis/command.ts";

const ALWAYS_SERVED = ["ping", "quit", "reset"];

/** Whether a command is among those that such a client may send. */
export function isAlwaysServed({ name }: Command): boolean {
  return name.endsWith("subscribe") || ALWAYS_SERVED.includes(name);
}

/** What a client is told that sends another. */
export function confinedFault({ name }: Command): string {
  return `ERR Can't execute '${name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET ` +
    "are allowed in this context";
}
