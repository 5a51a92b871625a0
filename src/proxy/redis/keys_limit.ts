/** What replies made of keys may weigh: they grow with the data, not with the request. */
import type { PoolConfig } from "../../config/mod.ts";
import type { Command } from "../../protocol/redis/command.ts";
import type { ReplyLimit } from "../split.ts";
import { errorReply } from "./replies.ts";

/** The pool's limit for a command; `instead` is what a client had better do. */
export function keysLimit({ maxKeysReplyBytes }: PoolConfig, command: Command, instead: string): ReplyLimit {
  const name = command.name.toUpperCase();
  const text =
    `ERR the reply to ${name} is longer than max_keys_reply (${maxKeysReplyBytes} bytes); ${instead}`;
  return { bytes: maxKeysReplyBytes, refusal: errorReply(text) };
}
