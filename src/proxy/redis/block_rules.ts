/**
 * What may stand between MULTI and EXEC. The block goes over a connection that others use too, and nobody reads
 * what the server says to it before EXEC's reply: so it holds only commands that carry keys or leave a connection as
 * it was, and that one server can answer alone.
 */
import type { Command } from "../../protocol/redis/command.ts";

/** Commands that act at once in a transaction too. */
export const NEVER_QUEUED: ReadonlySet<string> = new Set(
  ["multi", "exec", "discard", "watch", "quit", "reset"],
);

/** Commands without keys that the proxy answers outside of transactions, and any server as well inside. */
const ANY_SERVER_KNOWS = new Set(["ping", "echo", "time", "lolwut", "unwatch", "wait", "waitaof"]);

/** Why the command can't be part of a transaction, as the client reads it; empty when it can. */
export function faultInBlock(command: Command): string {
  if (command.flags.includes("no_multi")) return "ERR Command not allowed inside a transaction";
  if (ANY_SERVER_KNOWS.has(command.name)) return "";
  if (command.handling === "refuse") return `ERR ${command.refusal}`;
  if (!command.connectionNeutral) {
    return `ERR ${
      shown(command)
    } can't be part of a transaction: it changes the connection, and clients of this pool share those`;
  }
  const hasKeys = command.keys.length > 0;
  if (!hasKeys && command.handling !== "forward" && command.handling !== "publish") {
    return `ERR ${
      shown(command)
    } can't be part of a transaction: the proxy answers it, or has to ask every server`;
  }
  return "";
}

function shown({ name }: Command): string {
  return name.toUpperCase().replace("|", " ");
}
