/** Reads a fragment's reply, wherever its bytes are: in one chunk, or held in parts. */
import { BULK, CR, MINUS, NINE, ZERO } from "../../protocol/redis/bytes.ts";
import type { HeldBytes } from "../../protocol/held_bytes.ts";
import type { Outbox } from "../../transport/outbox.ts";
import { HeldReply } from "../held_reply.ts";
import type { Request } from "../request.ts";

/** A cursor over one reply. */
export class FragmentReply {
  /** Bytes of the reply. */
  readonly size: number;
  /** Where the cursor is. */
  at: number;
  readonly #bytes: Uint8Array | null;
  readonly #held: HeldBytes | null;

  constructor(fragment: Request) {
    const held = fragment.body instanceof HeldReply ? fragment.body.held : null;
    this.#held = held;
    this.#bytes = held === null ? fragment.bytes! : held.joinIfSmall();
    this.at = held === null ? fragment.start : 0;
    this.size = held === null ? fragment.end - fragment.start : held.length;
  }

  /** The type byte at the cursor. */
  get type(): number {
    return this.#byte(this.at);
  }

  /** The whole reply in a buffer of its own; before the cursor was moved. */
  copy(): Uint8Array {
    if (this.#bytes === null) return this.#held!.join();
    return Buffer.from(this.#bytes.subarray(this.at, this.at + this.size));
  }

  /** Reads the number behind the type byte and moves behind the line. */
  takeNumber(): number {
    let p = this.at + 1;
    let value = 0;
    const negative = this.#byte(p) === MINUS;
    if (negative) p++;
    for (let byte = this.#byte(p); byte >= ZERO && byte <= NINE; byte = this.#byte(++p)) {
      value = value * 10 + byte - ZERO;
    }
    while (this.#byte(p) !== CR) p++;
    this.at = p + 2;
    return negative ? -value : value;
  }

  /** Moves behind the element at the cursor, a bulk string or a line. */
  skipElement(): void {
    const isBulk = this.type === BULK;
    const number = this.takeNumber();
    if (isBulk && number >= 0) this.at += number + 2;
  }

  /** Appends what lies between `from`, an earlier place of the cursor, and the cursor. */
  appendFrom(from: number, outbox: Outbox): void {
    if (this.#bytes !== null) outbox.append(this.#bytes, from, this.at);
    else this.#held!.forEachSlice(from, this.at, (bytes, start, end) => outbox.append(bytes, start, end));
  }

  #byte(at: number): number {
    if (this.#bytes !== null) return this.#bytes[at]!;
    const held = this.#held!;
    return held.contiguous(at, at + 1)[held.contiguousStart(at, at + 1)]!;
  }
}
