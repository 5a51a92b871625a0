/** Reads a fragment's RESP reply element by element. */
import { BULK, CR, MINUS, NINE, ZERO } from "../../protocol/redis/bytes.ts";
import type { Outbox } from "../../transport/outbox.ts";
import { ReplyView } from "../reply_view.ts";
import type { Request } from "../request.ts";

/** A cursor over one reply. */
export class FragmentReply extends ReplyView {
  /** Where the cursor is. */
  at: number;

  constructor(fragment: Request) {
    super(fragment);
    this.at = this.from;
  }

  /** The type byte at the cursor. */
  get type(): number {
    return this.byte(this.at);
  }

  /** Reads the number behind the type byte and moves behind the line. */
  takeNumber(): number {
    let p = this.at + 1;
    let value = 0;
    const negative = this.byte(p) === MINUS;
    if (negative) p++;
    for (let byte = this.byte(p); byte >= ZERO && byte <= NINE; byte = this.byte(++p)) {
      value = value * 10 + byte - ZERO;
    }
    while (this.byte(p) !== CR) p++;
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
    this.appendTo(outbox, from, this.at);
  }
}
