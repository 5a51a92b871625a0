/** What a client is told without having asked, and confirmations, which are told in the same form. */
import { arrayReply, bulkReply, integerReply, nullReply } from "./replies.ts";
import { PUSH } from "../../protocol/redis/bytes.ts";
import type { RespVersion } from "../../protocol/redis/resp_version.ts";

/** A message about something: an array, or since RESP3 a push. */
function pushReply(version: RespVersion, elements: readonly Uint8Array[]): Uint8Array {
  const reply = arrayReply(elements);
  if (version === 3) reply[0] = PUSH;
  return reply;
}

/** `word` was done to `name` (null: to none), and `count` subscriptions are left. */
export function confirmation(
  version: RespVersion,
  word: string,
  name: Uint8Array | null,
  count: number,
): Uint8Array {
  const about = name === null ? nullReply(version) : bulkReply(name);
  return pushReply(version, [bulkReply(word), about, integerReply(count)]);
}
