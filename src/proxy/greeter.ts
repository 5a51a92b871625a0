/** A lane's first words to a server, and whether the server's answers let it go on. */
import { HeldBytes } from "../protocol/held_bytes.ts";
import { COMPLETE, INCOMPLETE } from "../protocol/scan_status.ts";
import { LONGEST_OWN_REPLY } from "./lane_inbox.ts";
import type { Greeting, ReplyReader } from "./protocol.ts";

/** Reads the replies to one greeting. */
export class Greeter {
  /** All replies were as they should be. */
  welcome = false;
  /** Why the server doesn't want us; empty while it may. */
  refusal = "";
  readonly #greeting: Greeting;
  readonly #reader: ReplyReader;
  readonly #reply = new HeldBytes();
  #replies = 0;

  constructor(greeting: Greeting, reader: ReplyReader) {
    this.#greeting = greeting;
    this.#reader = reader;
  }

  /** Reads what belongs to the greeting; answers where that ends in the chunk. */
  read(chunk: Uint8Array): number {
    let pos = 0;
    while (pos < chunk.length && !this.welcome && this.refusal === "") {
      const status = this.#reader.scan(chunk, pos, chunk.length);
      const end = status === COMPLETE ? this.#reader.next : chunk.length;
      this.#reply.add(chunk, pos, end);
      pos = end;
      if (status === COMPLETE) this.#take(this.#reply.join());
      else if (status !== INCOMPLETE) this.refusal = "the server's reply is no valid reply";
      else if (this.#reply.length > LONGEST_OWN_REPLY) this.refusal = "the server's greeting has no end";
    }
    return pos;
  }

  #take(reply: Uint8Array): void {
    this.#reply.clear();
    this.refusal = this.#greeting.refusal(reply, this.#replies);
    this.#replies++;
    this.welcome = this.refusal === "" && this.#replies === this.#greeting.replies;
  }
}
