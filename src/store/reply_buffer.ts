/**
 * The bytes that answer what a client has asked in one transaction. They are kept from the client until the commit.
 */
import type { Outbox } from "../transport/outbox.ts";
import { Failure } from "./failure.ts";
import { MAX_REPLY_BYTES } from "./limits.ts";

const FIRST_ROOM = 512;
/** A buffer that has grown beyond this is not kept for the next replies. */
const MOST_KEPT = 16 * 1024;

/** A growing buffer. */
export class ReplyBuffer {
  length = 0;
  #bytes = Buffer.allocUnsafeSlow(FIRST_ROOM);
  /** Where the reply to the current request begins. */
  #start = 0;
  /** What can be taken back begins here. */
  #mark = 0;

  /** The reply to a request begins here. */
  begin(): void {
    this.#start = this.length;
    this.#mark = this.length;
  }

  /** A part of it begins here, of a transaction block's. */
  mark(): void {
    this.#mark = this.length;
  }

  /** Takes back what was written since the mark. */
  takeBack(): void {
    this.length = this.#mark;
  }

  /** Adds text of one byte per character. */
  text(text: string): void {
    const at = this.#room(text.length);
    this.#bytes.write(text, at, "latin1");
  }

  /** Adds bytes. Errors: a Failure when the reply is longer than replies may be. */
  bytes(bytes: Buffer): void {
    const at = this.#room(bytes.length);
    bytes.copy(this.#bytes, at);
  }

  /** Hands everything over to be sent. */
  moveTo(outbox: Outbox): void {
    if (this.length > 0) outbox.append(this.#bytes, 0, this.length);
    if (this.#bytes.length > MOST_KEPT) this.#bytes = Buffer.allocUnsafeSlow(FIRST_ROOM);
    this.clear();
  }

  /** Forgets everything. */
  clear(): void {
    this.length = 0;
    this.begin();
  }

  /** Makes room for so many bytes more. Shape: where they go. */
  #room(size: number): number {
    const at = this.length;
    const needed = at + size;
    if (needed - this.#start > MAX_REPLY_BYTES) {
      throw new Failure(
        `ERR the reply is longer than ${MAX_REPLY_BYTES} bytes; ask for it in parts (SCAN, HSCAN, LRANGE ...)`,
      );
    }
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, at);
      this.#bytes = larger;
    }
    this.length = needed;
    return at;
  }
}
