/** One message, in the form of each protocol version that its listeners speak; each form is made once. */
import { PUSH } from "../../protocol/redis/bytes.ts";
import { versionOf } from "../variant.ts";
import type { Session } from "../session.ts";

/** The copies of one message. */
export class MessageCopies {
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #end: number;
  #asPush: Buffer | null = null;

  /** `bytes[start, end)` is the message as RESP2 has it. */
  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
  }

  /** Writes it to a client, between two replies. */
  giveTo(session: Session): void {
    if (versionOf(session.variant) === 2) {
      session.replies.interject(this.#bytes, this.#start, this.#end);
    } else {
      const push = this.#push();
      session.replies.interject(push, 0, push.length);
    }
  }

  /** The two forms differ in their first byte. */
  #push(): Buffer {
    if (this.#asPush === null) {
      this.#asPush = Buffer.from(this.#bytes.subarray(this.#start, this.#end));
      this.#asPush[0] = PUSH;
    }
    return this.#asPush;
  }
}
