/** A Redis command being served. */
import type { Command } from "../../protocol/redis/command.ts";
import type { Keyspace } from "../data/keyspace.ts";
import type { RedisClient } from "./client.ts";
import type { Reply } from "./reply.ts";

/** What a command has to work with. */
export interface Call {
  readonly command: Command;
  /** All arguments, the command's name included; the command's to keep. */
  readonly args: readonly Buffer[];
  readonly reply: Reply;
  readonly keyspace: Keyspace;
  readonly client: RedisClient;
}

/**
 * Serves a command: changes the keys and writes one reply.
 *
 * Errors: a Failure is the reply then. It must come before anything is changed.
 */
export type Handler = (call: Call) => void | Promise<void>;

/** Commands by their names as the command table has them. */
export type Handlers = Readonly<Record<string, Handler>>;
