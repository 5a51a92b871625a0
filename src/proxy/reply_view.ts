/** The bytes of a fragment's reply, wherever they are: in one chunk, or held in parts. */
import type { HeldBytes } from "../protocol/held_bytes.ts";
import { endOfValue } from "../protocol/redis/whole_reply.ts";
import type { Outbox } from "../transport/outbox.ts";
import { HeldReply } from "./held_reply.ts";
import type { Request } from "./request.ts";

/** One reply, complete. Places in it are counted from `from`. */
export class ReplyView {
  /** Where the reply begins. */
  readonly from: number;
  /** Bytes of the reply. */
  readonly size: number;
  readonly #bytes: Uint8Array | null;
  readonly #held: HeldBytes | null;

  constructor(fragment: Request) {
    const held = fragment.body instanceof HeldReply ? fragment.body.held : null;
    this.#held = held;
    this.#bytes = held === null ? fragment.bytes! : held.joinIfSmall();
    this.from = held === null ? fragment.start : 0;
    this.size = held === null ? fragment.end - fragment.start : held.length;
  }

  /** The byte at a place. */
  byte(at: number): number {
    if (this.#bytes !== null) return this.#bytes[at]!;
    const held = this.#held!;
    return held.contiguous(at, at + 1)[held.contiguousStart(at, at + 1)]!;
  }

  /** The end of a RESP value that is one line or one bulk string, if that can be told quickly, else 0. */
  endOfValue(at: number): number {
    return this.#bytes === null ? 0 : endOfValue(this.#bytes, at, this.from + this.size);
  }

  /** Whether `text`, one character per byte, stands at a place. */
  has(text: string, at: number): boolean {
    if (at + text.length > this.from + this.size) return false;
    for (let i = 0; i < text.length; i++) {
      if (this.byte(at + i) !== text.charCodeAt(i)) return false;
    }
    return true;
  }

  /** The whole reply in a buffer of its own. */
  copy(): Uint8Array {
    if (this.#bytes === null) return this.#held!.join();
    return Buffer.from(this.#bytes.subarray(this.from, this.from + this.size));
  }

  /** What lies between two places, in a buffer of its own. */
  slice(from: number, to: number): Uint8Array {
    if (this.#bytes !== null) return Buffer.from(this.#bytes.subarray(from, to));
    const parts: Uint8Array[] = [];
    this.#held!.forEachSlice(from, to, (bytes, start, end) => parts.push(bytes.subarray(start, end)));
    return Buffer.concat(parts);
  }

  /** Appends what lies between two places. */
  appendTo(outbox: Outbox, from: number, to: number): void {
    if (this.#bytes !== null) outbox.append(this.#bytes, from, to);
    else this.#held!.forEachSlice(from, to, (bytes, start, end) => outbox.append(bytes, start, end));
  }
}
