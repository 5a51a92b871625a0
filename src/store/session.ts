/**
 * One client: its bytes become jobs, which wait for the runner; what the jobs reply is sent once their transaction is
 * committed. A client that doesn't read its replies, or has much waiting, is not read from.
 */
import { BROKEN, COMPLETE, INCOMPLETE } from "../protocol/scan_status.ts";
import type { BudgetWaiter } from "../transport/budget.ts";
import type { Stream, StreamOwner } from "../transport/stream.ts";
import { UploadReservation } from "../transport/upload_reservation.ts";
import type { Job, Speaker } from "./job.ts";
import { UNREAD_BYTES, WAITING_BYTES } from "./limits.ts";
import { ReplyBuffer } from "./reply_buffer.ts";
import type { StoreState } from "./store_state.ts";

/** A client connection. */
export class Session implements StreamOwner, BudgetWaiter {
  readonly id: number;
  readonly replies: ReplyBuffer = new ReplyBuffer();
  /** Replies of this transaction. */
  served = 0;
  #speaker: Speaker | null = null;
  #jobs: Job[] = [];
  /** The first of `#jobs` that was not taken. */
  #at = 0;
  /** Bytes received since no job was waiting. */
  #waitingBytes = 0;
  #hasUnread = false;
  #wantsRoom = false;
  #hasEnded = false;
  #isGone = false;
  readonly #uploads: UploadReservation;

  constructor(readonly state: StoreState, readonly stream: Stream) {
    this.id = state.takeClientId();
    this.#uploads = new UploadReservation(state.budget);
  }

  /** The address at the other end. */
  get peer(): string {
    return this.stream.peer;
  }

  /** Jobs that may be served now. */
  get isReady(): boolean {
    return this.#at < this.#jobs.length && !this.#hasUnread && !this.#isGone;
  }

  /** The next job, or null when none may be served now. */
  takeJob(): Job | null {
    if (!this.isReady || this.replies.length > UNREAD_BYTES) return null;
    this.served++;
    return this.#jobs[this.#at++]!;
  }

  /** Keys of the next jobs, at most so many. */
  nextNames(most: number): Buffer[] {
    const names: Buffer[] = [];
    for (let i = this.#at; i < this.#jobs.length && names.length < most; i++) {
      for (const name of this.#jobs[i]!.names) if (names.length < most) names.push(name);
    }
    return names;
  }

  /** Closes the connection without further ado. */
  abort(): void {
    this.stream.abort();
  }

  /** The transaction is over: sends its replies. */
  settle(): void {
    this.served = 0;
    if (this.#isGone) return;
    if (this.#at === this.#jobs.length) {
      this.#jobs = [];
      this.#at = 0;
      this.#waitingBytes = 0;
      // What they took counts until they are served; what has begun since counts by itself.
      this.#uploads.release();
      if (this.#speaker !== null) this.#reserve(this.#speaker);
    }
    const { outbox } = this.stream;
    this.replies.moveTo(outbox);
    if (outbox.bytes > 0) this.stream.push();
    if (outbox.bytes > UNREAD_BYTES) {
      this.#hasUnread = true;
      this.stream.notifyBelow = UNREAD_BYTES / 2;
    }
    if (this.#hasEnded && this.#jobs.length === 0) this.stream.finish();
    this.#pace();
  }

  /** The transaction is lost, and with it what its requests asked. The connection's state can't be relied on. */
  fail(text: string): void {
    this.replies.clear();
    const waiting = this.served > 0 ? 0 : this.#jobs.length - this.#at;
    for (let i = 0; i < this.served + waiting; i++) this.#speaker!.writeFault(text);
    this.finish();
    this.settle();
  }

  /** Serves no more; the connection ends once the replies are written. */
  finish(): void {
    this.#jobs.length = this.#at;
    this.#hasEnded = true;
  }

  received(chunk: Buffer): void {
    if (this.#hasEnded) return;
    this.#speaker ??= this.state.speakerFor(this, chunk[0]!);
    this.#scan(this.#speaker, chunk);
    if (this.#at < this.#jobs.length) this.#waitingBytes += chunk.length;
    if (this.isReady) this.state.runner.ready(this);
    this.#pace();
  }

  drained(): void {
    this.#hasUnread = false;
    if (this.isReady) this.state.runner.ready(this);
    this.#pace();
  }

  ended(): void {
    this.#hasEnded = true;
    if (this.#jobs.length === 0) this.stream.finish();
  }

  closed(): void {
    this.#isGone = true;
    this.#jobs.length = this.#at;
    this.#speaker?.scanner.reset();
    this.#speaker?.left();
    this.#uploads.release();
    this.state.gone(this);
  }

  wake(): void {
    this.#wantsRoom = false;
    if (this.#isGone) return;
    this.#reserve(this.#speaker!);
    this.#pace();
  }

  #scan(speaker: Speaker, chunk: Buffer): void {
    const { scanner } = speaker;
    for (let pos = 0; pos < chunk.length; pos = scanner.next) {
      const status = scanner.scan(chunk, pos, chunk.length);
      if (status === COMPLETE) {
        this.#jobs.push(speaker.job());
      } else if (status === INCOMPLETE) {
        this.#reserve(speaker);
        return;
      } else if (status === BROKEN) {
        this.#jobs.push(speaker.faultJob(scanner.fault));
        this.#hasEnded = true;
        return;
      }
    }
    // Jobs have copies: a large request that came in parts would stay until the next one.
    if (!scanner.inProgress && scanner.heldBytes > 0) scanner.reset();
  }

  #reserve({ scanner }: Speaker): void {
    if (!scanner.inProgress || this.#wantsRoom || this.#uploads.admits(scanner)) return;
    this.#wantsRoom = true;
    this.state.budget.waitForBytes(this);
  }

  #pace(): void {
    const waits = this.#waitingBytes > WAITING_BYTES || this.#hasUnread || this.#wantsRoom;
    if (waits) this.stream.pause();
    else this.stream.resume();
  }
}
