/** What a client may ask while it is subscribed, in RESP2, or monitors, in Redis's words. */
import type { Command } from "../../protocol/redis/command.ts";

const ALWAYS_SERVED = ["ping", "quit", "reset"];

/** Whether a command is among those that such a client may send. */
export function isAlwaysServed({ name }: Command): boolean {
  return name.endsWith("subscribe") || ALWAYS_SERVED.includes(name);
}

/** What a client is told that monitors and asks for data: to Redis it is a kind of replica. */
export const MONITOR_FAULT = "ERR Replica can't interact with the keyspace";

/** Whether a command reads or writes keys. */
export function usesKeyspace({ flags, keys }: Command): boolean {
  return keys.length > 0 || flags.includes("write") || flags.includes("readonly");
}

/** What a client is told that is subscribed and sends another. */
export function confinedFault({ name }: Command): string {
  return `ERR Can't execute '${name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET ` +
    "are allowed in this context";
}
