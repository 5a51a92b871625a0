/**
 * The bytes that answer what a client has asked in one transaction. They are kept from the client until the commit.
 */
import type { Outbox } from "../transport/outbox.ts";
import { Failure } from "./failure.ts";
import { MAX_REPLY_BYTES } from "./limits.ts";

const FIRST_ROOM = 512;
/** A buffer that has grown beyond this is not kept for the next replies. */
const MOST_KEPT = 16 * 1024;

const DOLLAR = 36;
const ZERO = 48;
const CR = 13;
const LF = 10;

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

  /** Adds `$`, the length, the bytes, and line ends. Errors: as `bytes`. */
  bulk(bytes: Buffer): void {
    const { length } = bytes;
    const digits = length < 10 ? 1 : String(length).length;
    let at = this.#room(1 + digits + 2 + length + 2);
    const buffer = this.#bytes;
    buffer[at] = DOLLAR;
    for (let i = digits, rest = length; i > 0; i--) {
      buffer[at + i] = ZERO + rest % 10;
      rest = Math.floor(rest / 10);
    }
    at += 1 + digits;
    buffer[at++] = CR;
    buffer[at++] = LF;
    bytes.copy(buffer, at);
    at += length;
    buffer[at++] = CR;
    buffer[at] = LF;
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
