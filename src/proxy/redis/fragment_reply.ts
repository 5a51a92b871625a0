/** Reads a fragment's RESP reply element by element. */
import {
  ARRAY,
  ATTRIBUTE,
  BULK,
  BULK_ERROR,
  CR,
  END,
  LF,
  MAP,
  MINUS,
  NINE,
  PUSH,
  SET,
  VERBATIM,
  ZERO,
} from "../../protocol/redis/bytes.ts";
import type { Outbox } from "../../transport/outbox.ts";
import { ReplyView } from "../reply_view.ts";
import type { Request } from "../request.ts";

/** A cursor over one reply; it begins behind attributes, which say nothing of the merged reply. */
export class FragmentReply extends ReplyView {
  /** Where the cursor is. */
  at: number;

  constructor(fragment: Request) {
    super(fragment);
    this.at = this.from;
    while (this.type === ATTRIBUTE) this.#skipAttribute();
  }

  /** The type byte at the cursor. */
  get type(): number {
    return this.byte(this.at);
  }

  /** Reads the number behind the type byte and moves behind the line; NaN when the line is no number. */
  takeNumber(): number {
    let p = this.at + 1;
    let value = 0;
    const negative = this.byte(p) === MINUS;
    if (negative) p++;
    const digitsAt = p;
    for (let byte = this.byte(p); byte >= ZERO && byte <= NINE; byte = this.byte(++p)) {
      value = value * 10 + byte - ZERO;
    }
    if (p === digitsAt || this.byte(p) !== CR) value = NaN;
    while (this.byte(p) !== CR || this.byte(p + 1) !== LF) p++;
    this.at = p + 2;
    return negative ? -value : value;
  }

  /** Copies the bulk string at the cursor and moves behind it; null when there stands something else. */
  takeBulk(): Buffer | null {
    const isBulk = this.type === BULK;
    const size = this.takeNumber();
    if (!isBulk || !(size >= 0)) return null;
    const from = this.at;
    this.at += size + 2;
    return Buffer.from(this.slice(from, from + size));
  }

  /** Moves behind the element at the cursor: whatever a server put there, as `ReplyScanner` has read it. */
  skipElement(): void {
    const behind = this.endOfValue(this.at);
    if (behind > 0) this.at = behind;
    else this.#skipRare();
  }

  #skipRare(): void {
    for (let values = 1; values > 0; values--) {
      const { type } = this;
      const number = this.takeNumber();
      if (type === BULK && number >= 0) this.at += number + 2;
      else if (type !== BULK || Number.isNaN(number)) values += this.#skipBody(type, number);
    }
  }

  #skipAttribute(): void {
    for (let values = 2 * this.takeNumber(); values > 0; values--) this.skipElement();
  }

  /** Moves behind the body of a rare type; answers how many values belong to it. */
  #skipBody(type: number, number: number): number {
    if (Number.isNaN(number)) {
      this.#skipStreamed(type);
      return 0;
    }
    switch (type) {
      case BULK_ERROR:
      case VERBATIM:
        this.at += number + 2;
        return 0;
      case ARRAY:
      case SET:
      case PUSH:
        return Math.max(0, number);
      case MAP:
        return 2 * number;
      case ATTRIBUTE:
        return 2 * number + 1;
      default:
        return 0;
    }
  }

  /** Moves behind what has no length but comes in parts, or has its end marked; other lines without a number have no body. */
  #skipStreamed(type: number): void {
    if (type === BULK) {
      for (let part = this.takeNumber(); part > 0; part = this.takeNumber()) this.at += part + 2;
    } else if (type === ARRAY || type === SET || type === MAP) {
      while (this.type !== END) this.skipElement();
      this.takeNumber();
    }
  }

  /** Appends what lies between `from`, an earlier place of the cursor, and the cursor. */
  appendFrom(from: number, outbox: Outbox): void {
    this.appendTo(outbox, from, this.at);
  }
}
