/** Cuts a server's bytes into replies, whatever chunks they come in; a push is a reply like others here. */
import { ARRAY, PUSH } from "../protocol/redis/bytes.ts";
import { ReplyScanner } from "../protocol/redis/reply_scanner.ts";
import { BROKEN, COMPLETE } from "../protocol/scan_status.ts";

/** Hands out whole replies. */
export class ReplyStream {
  readonly #scanner = new ReplyScanner();
  /** What is there of the reply that is coming. */
  #parts: Buffer[] = [];
  #isPush = false;

  /**
   * Gives each reply that is whole now to `take`; the chunk, and so the replies' bytes, are the taker's.
   *
   * Errors: throws when this is no RESP.
   */
  feed(chunk: Buffer, take: (reply: Buffer) => void): void {
    for (let at = 0; at < chunk.length;) {
      if (this.#parts.length === 0) {
        this.#isPush = chunk[at] === PUSH;
        // To the scanner, which finds replies to requests, a push is a fault; it ends where an array would.
        if (this.#isPush) chunk[at] = ARRAY;
      }
      const status = this.#scanner.scan(chunk, at, chunk.length);
      if (status === BROKEN) throw new Error(this.#scanner.fault);
      if (status !== COMPLETE) {
        this.#parts.push(chunk.subarray(at));
        return;
      }
      const end = this.#scanner.next;
      take(this.#finish(chunk.subarray(at, end)));
      at = end;
    }
  }

  #finish(last: Buffer): Buffer {
    const reply = this.#parts.length === 0 ? last : Buffer.concat([...this.#parts, last]);
    this.#parts = [];
    if (this.#isPush) reply[0] = PUSH;
    return reply;
  }
}
