/**
 * What a server says on a connection that subscribes: an array whose first element is a word such as `message` and
 * whose second names the channel or pattern. The rest, the payload, is of no concern here.
 */
import { ARRAY, BULK, CR, ZERO } from "../../protocol/redis/bytes.ts";

/** The longest word there is: `punsubscribe`. */
const LONGEST_WORD = 12;

/** The beginning of one frame; reused from frame to frame. */
export class PushFrame {
  /** The first element; empty when what was read is no frame. */
  word = "";
  /** Where the second element begins and ends; both 0 when it is no string. */
  nameStart = 0;
  nameEnd = 0;
  #at = 0;

  /** Reads the reply that begins at `start`; it is whole. */
  read(bytes: Uint8Array, start: number): void {
    this.word = "";
    this.nameStart = this.nameEnd = 0;
    if (bytes[start] !== ARRAY) return;
    this.#at = start + 1;
    this.#number(bytes);
    const length = this.#bulkLength(bytes);
    if (length <= 0 || length > LONGEST_WORD) return;
    this.word = Buffer.from(bytes.buffer, bytes.byteOffset + this.#at, length).toString("latin1");
    this.#at += length + 2;
    const size = this.#bulkLength(bytes);
    if (size < 0) return;
    this.nameStart = this.#at;
    this.nameEnd = this.#at + size;
  }

  /** The element behind the name, if it is a string: the channel of a message that fits a pattern. */
  channelIn(bytes: Uint8Array): Buffer {
    this.#at = this.nameEnd + 2;
    const size = this.#bulkLength(bytes);
    return Buffer.from(bytes.buffer, bytes.byteOffset + this.#at, Math.max(0, size));
  }

  /** The length of the string that begins here, -1 when there is none. */
  #bulkLength(bytes: Uint8Array): number {
    if (bytes[this.#at] !== BULK || bytes[this.#at + 1]! < ZERO) return -1;
    this.#at++;
    return this.#number(bytes);
  }

  /** The number of a line that the scanner has found to be right. */
  #number(bytes: Uint8Array): number {
    let number = 0;
    for (; bytes[this.#at] !== CR; this.#at++) number = number * 10 + bytes[this.#at]! - ZERO;
    this.#at += 2;
    return number;
  }
}
