/**
 * A session's replies, in the order its requests were asked, whatever order they come in.
 *
 *     front ─▶ [streaming][done][waiting][done][waiting] ◀─ back
 *
 * What is at the front goes straight to the client's outbox; what is early waits as ranges of the chunks it came
 * in. A long reply at the front is passed on while it arrives.
 */
import { hold, release } from "../protocol/chunk_holds.ts";
import type { Outbox } from "../transport/outbox.ts";
import { turn } from "../transport/turn.ts";
import { DONE, PARTIAL, type ReplyBody, type Request, SETTLED, STREAMING } from "./request.ts";
import { RequestQueue } from "./request_queue.ts";
import type { Shared } from "./shared.ts";
import { NOWHERE } from "./silence.ts";

/** A held reply longer than this is passed on once its turn comes, complete or not; bytes. */
export const STREAM_ABOVE = 16 * 1024;

/** Who owns a reply queue: the session. */
export interface ReplyQueueOwner {
  /** The reply of a request is known, and how long it is. */
  answered(request: Request, size: number): void;
  /** Something was written to the outbox. */
  wrote(): void;
  /** More is held than before. */
  held(): void;
}

/** Replies on their way to one client. */
export class ReplyQueue {
  /** Bytes of replies that can't be written yet. */
  heldBytes = 0;
  readonly #queue = new RequestQueue();
  /** Where replies go: to the client, or nowhere. */
  outbox: Outbox;
  readonly #client: Outbox;
  readonly #shared: Shared;
  readonly #owner: ReplyQueueOwner;
  /** What waits for the end of a long reply. */
  readonly #interjections: Buffer[] = [];
  #closed = false;

  constructor(outbox: Outbox, shared: Shared, owner: ReplyQueueOwner) {
    this.outbox = outbox;
    this.#client = outbox;
    this.#shared = shared;
    this.#owner = owner;
  }

  /** Requests not answered yet. */
  get pending(): number {
    return this.#queue.length;
  }

  /** The request that was asked last, unless all are answered: null then. */
  get newest(): Request | null {
    return this.#queue.length === 0 ? null : this.#queue.at(this.#queue.length - 1);
  }

  /** Whether any request is such that is not answered yet, or waits with its reply for others. */
  areSome(isSuch: (request: Request) => boolean): boolean {
    for (let i = 0; i < this.#queue.length; i++) if (isSuch(this.#queue.at(i))) return true;
    return false;
  }

  /** Whether the first of two requests that are not answered yet was asked before the second. */
  isBefore(first: Request, second: Request): boolean {
    for (let i = 0; i < this.#queue.length; i++) {
      const request = this.#queue.at(i);
      if (request === first || request === second) return request === first && first !== second;
    }
    return false;
  }

  /** Whether nothing was asked after `request`. */
  isNewest(request: Request): boolean {
    return this.newest === request;
  }

  /** Whether its reply is the next to be written. */
  isNext(request: Request): boolean {
    return this.#queue.peek() === request;
  }

  /** Has replies go nowhere, or to the client; what comes besides replies reaches it in any case. */
  silence(isSilent: boolean): void {
    this.outbox = isSilent ? NOWHERE : this.#client;
  }

  /** Adds a request behind all others. */
  push(request: Request): void {
    this.#queue.push(request);
  }

  /** The reply of `request` is `bytes[start, end)`; it is written now if it is its turn. */
  deliver(request: Request, bytes: Uint8Array, start: number, end: number): void {
    if (this.#closed) return;
    this.#owner.answered(request, end - start);
    if (this.#queue.peek() !== request) {
      hold(bytes);
      request.bytes = bytes;
      request.start = start;
      request.end = end;
      request.state = DONE;
      request.repliedMs = turn.now;
      this.#shared.early.add(request);
      this.#hold(end - start);
      return;
    }
    this.#queue.shift();
    request.state = SETTLED;
    this.outbox.append(bytes, start, end);
    this.#advance();
  }

  /** The reply of `request` is `body`. */
  deliverBody(request: Request, body: ReplyBody): void {
    if (this.#closed) return;
    this.dropPart(request);
    this.#owner.answered(request, body.heldBytes);
    request.state = DONE;
    request.repliedMs = turn.now;
    request.body = body;
    request.end = body.heldBytes;
    this.#hold(request.end);
    if (this.#queue.peek() === request) this.#advance();
  }

  /** A long reply has begun to arrive: passes on what is here if it is its turn, else counts it. */
  offerStream(request: Request): void {
    if (this.#closed) return;
    if (this.#queue.peek() === request) {
      this.#beginStream(request);
      this.#owner.wrote();
    } else {
      this.holdPart(request, request.held!.length - request.end);
    }
  }

  /** The next bytes of the reply that is being passed on. */
  streamMore(request: Request, bytes: Uint8Array, start: number, end: number): void {
    if (this.#closed) return;
    request.end += end - start;
    this.outbox.append(bytes, start, end);
    this.#owner.wrote();
  }

  /** The last bytes of the reply that is being passed on. */
  streamLast(request: Request, bytes: Uint8Array, start: number, end: number): void {
    if (this.#closed) return;
    request.state = SETTLED;
    this.#owner.answered(request, request.end + end - start);
    this.#queue.shift();
    this.outbox.append(bytes, start, end);
    if (this.#interjections.length > 0) this.#writeInterjections();
    this.#advance();
  }

  /** Writes what no request has asked for, `bytes[start, end)`: between two replies, never into one. */
  interject(bytes: Uint8Array, start: number, end: number): void {
    if (this.#closed) return;
    if (this.#queue.peek()?.state === STREAMING) {
      this.#interjections.push(Buffer.from(bytes.subarray(start, end)));
      this.#hold(end - start);
    } else {
      this.#client.append(bytes, start, end);
      this.#owner.wrote();
    }
  }

  /** A fragment of `parent` was answered and waits for the others. */
  holdFragment(parent: Request, fragment: Request): void {
    if (this.#closed) return;
    if (fragment.bytes !== null) this.#shared.early.add(fragment);
    // What a long fragment had when its end came was counted before.
    this.holdPart(
      parent,
      fragment.body === null ? fragment.end - fragment.start : fragment.body.heldBytes - fragment.end,
    );
  }

  /** `size` more bytes of an unfinished reply are kept; it remembers their sum in `end`. */
  holdPart(request: Request, size: number): void {
    if (this.#closed) return;
    request.end += size;
    this.#hold(size);
  }

  /** What has been kept of an unfinished reply is not wanted any more, or counted anew. */
  dropPart(request: Request): void {
    if (this.#closed) return;
    this.#unhold(request.end);
    request.end = 0;
    request.held = null;
  }

  /** Drops everything; what is still in flight will be dropped when it arrives. */
  close(): void {
    this.#closed = true;
    for (const request of this.#queue.drain()) {
      request.state = SETTLED;
      this.#shared.slowLog.forget(request);
      // It may stay in its lane's queue for long.
      request.held = null;
      request.bytes = null;
      request.body = null;
    }
    this.#interjections.length = 0;
    this.#unhold(this.heldBytes);
  }

  #writeInterjections(): void {
    for (const bytes of this.#interjections) {
      this.#unhold(bytes.length);
      this.#client.append(bytes, 0, bytes.length);
    }
    this.#interjections.length = 0;
  }

  /** The front was written or is DONE: writes all that can follow. */
  #advance(): void {
    let front = this.#queue.peek();
    while (front !== null && front.state === DONE) {
      this.#queue.shift();
      this.#write(front);
      front = this.#queue.peek();
    }
    if (front !== null && front.state === PARTIAL && front.held!.length > STREAM_ABOVE) {
      this.#beginStream(front);
    }
    this.#owner.wrote();
  }

  #write(request: Request): void {
    request.state = SETTLED;
    const { slowLog } = this.#shared;
    if (turn.now - request.enteredMs >= slowLog.thresholdMs) slowLog.delivered(request);
    if (request.body !== null) {
      this.#unhold(request.end);
      request.body.writeTo(this.outbox);
    } else {
      this.#unhold(request.end - request.start);
      this.outbox.append(request.bytes!, request.start, request.end);
      release(request.bytes!);
    }
  }

  #beginStream(request: Request): void {
    this.#unhold(request.end);
    request.state = STREAMING;
    request.end = request.held!.length;
    for (const part of request.held!.parts) this.outbox.append(part.bytes, part.start, part.end);
    request.held!.clear();
    request.held = null;
  }

  #hold(size: number): void {
    this.heldBytes += size;
    this.#shared.budget.change(size);
    this.#owner.held();
  }

  #unhold(size: number): void {
    if (size === 0) return;
    this.heldBytes -= size;
    this.#shared.budget.change(-size);
  }
}
