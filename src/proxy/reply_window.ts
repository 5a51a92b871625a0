/**
 * How much a session may have in flight. One chunk can ask for ten thousand values of a megabyte, and nobody knows
 * before they come; so every request is charged an estimate of its reply when it is sent: the larger of the
 * pool's moving average for the command and the session's own. A session begins with few requests and gets one
 * more for every answer, so that a first flood is held while its replies teach what they weigh.
 */
import type { Pool } from "./pool.ts";
import type { ReplyQueue } from "./reply_queue.ts";
import type { Request } from "./request.ts";

/** Requests a session may have in flight before it has been answered any. */
const FIRST_REQUESTS = 128;
/** What a reply costs beside its bytes. */
const RECORD_BYTES = 128;
/** Weight of the newest reply in the averages: one part in so many. */
const SMOOTHING = 8;

/** The window of one session. */
export class ReplyWindow {
  readonly #pool: Pool;
  #answered = 0;
  /** Estimated bytes of replies in flight. */
  #bytes = 0;
  /** Moving average of this session's replies; bytes. */
  #average = 0;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Counts a request that is about to be sent. */
  charge(request: Request): void {
    const estimate = Math.max(this.#pool.replyBytes[request.command]!, this.#average) + RECORD_BYTES;
    request.charge = estimate;
    this.#bytes += estimate;
  }

  /** A reply of `size` bytes came. */
  settle(request: Request, size: number): void {
    this.#answered++;
    this.#bytes -= request.charge;
    this.#average += (size - this.#average) / SMOOTHING;
    const averages = this.#pool.replyBytes;
    const average = averages[request.command]!;
    averages[request.command] = average + (size - average) / SMOOTHING;
  }

  /** Whether the session should send no more with so many requests pending. */
  isFull(pending: number): boolean {
    return pending >= this.#mostPending() || this.#bytes > this.#pool.config.sessionWindowBytes;
  }

  /** Whether a session that was full should go on: at half of each bound, so that it doesn't stop and go. */
  isCalm({ pending, heldBytes }: Pick<ReplyQueue, "pending" | "heldBytes">): boolean {
    if (heldBytes > this.#pool.config.clientOutboxLowBytes) return false;
    if (pending === 0) return true;
    return pending <= this.#mostPending() / 2 && this.#bytes <= this.#pool.config.sessionWindowBytes / 2;
  }

  #mostPending(): number {
    return Math.min(this.#pool.config.maxPendingRequests, FIRST_REQUESTS + this.#answered);
  }
}
