/**
 * Requests whose client wants no reply, or not the nominal one. On a lane that many sessions share, a server that
 * keeps silent and one that doesn't (memcached sends some errors all the same) can't be told apart; so the request
 * goes without `noreply` or `q`, and what a memcached of one's own would have left out is dropped here.
 */
import type { Command } from "../../protocol/memcached/command.ts";
import { COMMANDS } from "../../protocol/memcached/command_table.ts";
import { ReplyView } from "../reply_view.ts";
import type { ReplyBody, Request } from "../request.ts";
import { type Merge, type Merged, release } from "../split.ts";

/** No reply at all. */
export const NOTHING: ReplyBody = { heldBytes: 0, writeTo() {} };

/** What memcached says in spite of `noreply`. */
const ALWAYS_SAID = "SERVER_ERROR out of memory";

/** Passes on what a memcached asked directly would have said. One per command. */
class Hush implements Merge {
  readonly #command: Command;

  constructor(command: Command) {
    this.#command = command;
  }

  merge([only]: readonly Request[]): Merged {
    const reply = new ReplyView(only!);
    if (this.#hushes(reply)) {
      release(only!);
      return NOTHING;
    }
    return only!.body ?? reply.copy();
  }

  #hushes(reply: ReplyView): boolean {
    const { hush, nominal } = this.#command;
    if (hush === "noreply") return !reply.has(ALWAYS_SAID, reply.from);
    return nominal.some((word) => reply.has(word, reply.from));
  }
}

/** The merge for hushed requests, by command id. */
export const HUSHES: readonly Merge[] = COMMANDS.map((command) => new Hush(command));
