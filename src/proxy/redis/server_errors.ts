/** What a client is told when a command went to every server and not all of them carried it out. */
import { ERROR } from "../../protocol/redis/bytes.ts";
import type { FragmentReply } from "./fragment_reply.ts";
import { errorReply } from "./replies.ts";

/** Servers that an error names; of more it gives the number. */
const MOST_NAMED = 5;

/**
 * The errors among the servers' replies as one, which names the servers; null when there is none.
 *
 * Shape: reply i is of server `names[i]`. What all servers say alike is the client's fault, not a server's, and
 * stays as one server would say it; which can't be known unless
 * `allAreAsked`.
 */
export function errorAmong(
  replies: readonly FragmentReply[],
  names: readonly string[],
  allAreAsked = true,
): Uint8Array | null {
  const failed = replies.flatMap((reply, i) => reply.type === ERROR ? [i] : []);
  if (failed.length === 0) return null;
  const texts = failed.map((i) => textOf(replies[i]!));
  const first = texts[0]!;
  if (allAreAsked && failed.length === replies.length && texts.every((text) => text === first)) {
    return errorReply(first);
  }
  const servers = new Set(failed.map((i) => `'${names[i]!}'`));
  return errorReply(`${first} (${servers.size === 1 ? "server" : "servers"} ${listOf([...servers])})`);
}

/** An error reply's text, one character per byte, without the dash. */
function textOf(reply: FragmentReply): string {
  return Buffer.from(reply.copy()).toString("latin1", 1, reply.size - 2);
}

function listOf(names: readonly string[]): string {
  if (names.length <= MOST_NAMED) return names.join(", ");
  return `${names.slice(0, MOST_NAMED).join(", ")} and ${names.length - MOST_NAMED} more`;
}
