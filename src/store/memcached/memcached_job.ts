/** A memcached request on its way. */
import type { Command } from "../../protocol/memcached/command.ts";
import type { Keyspace } from "../data/keyspace.ts";
import { Failure } from "../failure.ts";
import type { Job } from "../job.ts";
import type { Session } from "../session.ts";
import { MEMCACHED_COMMANDS } from "./commands.ts";

/** What a client asks. */
export interface MemcachedRequest {
  /** Null: there is no such command. */
  readonly command: Command | null;
  /** The words of the line, the command's name included. */
  readonly words: readonly Buffer[];
  /** The data block; empty without one. */
  readonly block: Buffer;
  /** It wants no reply. */
  readonly isHushed: boolean;
  /** What to answer instead of serving it; empty when it can be served. */
  readonly error: string;
}

/** One request. */
export class MemcachedJob implements Job {
  readonly names: readonly Buffer[];
  readonly #session: Session;
  readonly #request: MemcachedRequest;

  constructor(session: Session, request: MemcachedRequest) {
    this.#session = session;
    this.#request = request;
    const { command, words, error } = request;
    const hasKeys = command !== null && command.keyAt > 0 && error === "";
    this.names = hasKeys
      ? words.slice(command.keyAt, command.handling === "gather" ? undefined : command.keyAt + 1)
      : [];
  }

  async serve(keyspace: Keyspace): Promise<void> {
    const { command, words, block, isHushed, error } = this.#request;
    const { replies } = this.#session;
    try {
      keyspace.checkValue(block);
      const serve = error === "" ? MEMCACHED_COMMANDS[command!.name] : undefined;
      if (serve !== undefined) {
        await serve({
          keyspace,
          words,
          block,
          reply: replies,
          end: () => this.#session.finish(),
        });
      } else replies.text(`${error || `SERVER_ERROR this store does not serve ${command!.name}`}\r\n`);
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      replies.takeBack();
      replies.text(`${failure.message}\r\n`);
    }
    if (isHushed) replies.takeBack();
  }
}
