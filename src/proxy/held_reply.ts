/** A reply that came in several chunks and is complete. */
import type { HeldBytes } from "../protocol/held_bytes.ts";
import type { Outbox } from "../transport/outbox.ts";
import type { ReplyBody } from "./request.ts";

/** Writes the parts of a reply in order. */
export class HeldReply implements ReplyBody {
  /** The parts, for whoever reads the reply instead of passing it on. */
  readonly held: HeldBytes;

  constructor(held: HeldBytes) {
    this.held = held;
  }

  get heldBytes(): number {
    return this.held.length;
  }

  writeTo(outbox: Outbox): void {
    for (const part of this.held.parts) outbox.append(part.bytes, part.start, part.end);
    this.held.clear();
  }
}
