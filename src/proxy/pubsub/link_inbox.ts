/** What comes on a connection that subscribes, one reply at a time, whole. */
import { HeldBytes } from "../../protocol/held_bytes.ts";
import { COMPLETE, INCOMPLETE } from "../../protocol/scan_status.ts";
import type { Account } from "../../transport/budget.ts";
import type { ReplyReader } from "../protocol.ts";

/** Takes one reply, `bytes[start, end)`; answers why the stream can't be trusted any more, empty while it can. */
export type TakeReply = (bytes: Uint8Array, start: number, end: number) => string;

/** The reading side of a subscriber link. */
export class LinkInbox {
  /** Replies received since the process started. */
  replies = 0;
  readonly #reader: ReplyReader;
  readonly #account: Account;
  readonly #take: TakeReply;
  readonly #held = new HeldBytes();

  constructor(reader: ReplyReader, account: Account, take: TakeReply) {
    this.#reader = reader;
    this.#account = account;
    this.#take = take;
  }

  /** Takes the bytes of `chunk` from `from` on. Answers why the stream can't be trusted any more; empty while it can. */
  read(chunk: Uint8Array, from: number): string {
    let pos = from;
    while (pos < chunk.length) {
      const status = this.#reader.scan(chunk, pos, chunk.length);
      if (status === INCOMPLETE) {
        this.#held.add(chunk, pos, chunk.length);
        this.#account.change(chunk.length - pos);
        return "";
      }
      if (status !== COMPLETE) return "the server's reply is no valid reply";
      const { next } = this.#reader;
      const fault = this.#held.length === 0 ? this.#taken(chunk, pos, next) : this.#join(chunk, pos, next);
      if (fault !== "") return fault;
      pos = next;
    }
    return "";
  }

  /** Forgets a reply in progress. */
  reset(): void {
    this.#reader.reset();
    this.#account.change(-this.#held.length);
    this.#held.clear();
  }

  /** A message that came in several chunks goes to many clients: it is joined once, and shared by all of them. */
  #join(chunk: Uint8Array, start: number, end: number): string {
    const before = this.#held.length;
    this.#held.add(chunk, start, end);
    const whole = this.#held.join();
    this.#held.clear();
    this.#account.change(-before);
    return this.#taken(whole, 0, whole.length);
  }

  #taken(bytes: Uint8Array, start: number, end: number): string {
    this.replies++;
    return this.#take(bytes, start, end);
  }
}
