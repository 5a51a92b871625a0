/**
 * One client connection: reads requests, keeps the order of replies, and holds back what would cost too much memory.
 *
 * Reading stops (`#stall`) while any of these is over its bound: bytes the client has not read, replies in flight
 * (in number and in estimated bytes), the outbox of the server last sent to, the worker's budget for an upload.
 * What is left of the chunk waits in `#rest`.
 */
import { BROKEN, COMPLETE, INCOMPLETE } from "../protocol/scan_status.ts";
import type { Stream, StreamOwner } from "../transport/stream.ts";
import { type EndsTurn, turn } from "../transport/turn.ts";
import type { Lane } from "./lane.ts";
import { LOCAL_COMMAND, type Pool } from "./pool.ts";
import type { RequestReader } from "./protocol.ts";
import { DONE, PARTIAL, type ReplyBody, Request, SETTLED, STREAMING } from "./request.ts";
import { RequestQueue } from "./request_queue.ts";

/** Why a session doesn't read on. */
const FLOWING = 0;
const CLIENT_SLOW = 1;
const REPLIES_DUE = 2;
const SERVER_SLOW = 3;
const NO_MEMORY = 4;
const ENDING = 5;

/** Requests a session may have in flight before it has been answered any; one more for every answer. */
const FIRST_WINDOW = 128;
/** A held reply longer than this is passed on once its turn comes, complete or not; bytes. */
const STREAM_ABOVE = 16 * 1024;
/** Uploads below this aren't announced to the budget; bytes. */
const UPLOAD_ABOVE = 64 * 1024;
/** What a reply costs beside its bytes; bytes. */
const RECORD_BYTES = 128;

/** A client connection. */
export class Session implements StreamOwner, EndsTurn {
  /** Never given to another session of this process. */
  readonly id: number;
  readonly pool: Pool;
  readonly stream: Stream;
  readonly createdMs: number = turn.now;
  lastActiveMs: number = turn.now;
  /** Whether it has given the pool's password, or needs none. */
  authenticated: boolean;
  /** What the client said of itself: CLIENT SETNAME and SETINFO. */
  name = "";
  libraryName = "";
  libraryVersion = "";
  /** The last command's name, for CLIENT LIST. */
  lastCommand = -1;

  readonly #queue = new RequestQueue();
  #reader: RequestReader | null = null;
  #rest: Buffer | null = null;
  #restAt = 0;
  #stall = FLOWING;
  #resuming = false;
  #reading = false;
  #ended = false;
  #closed = false;
  #answered = 0;
  /** Estimated bytes of replies in flight. */
  #inFlight = 0;
  /** Moving average of this session's replies; bytes. */
  #replyBytes = 0;
  /** Bytes of replies that can't be written yet. */
  #held = 0;
  #reserved = 0;

  constructor(id: number, pool: Pool, stream: Stream) {
    this.id = id;
    this.pool = pool;
    this.stream = stream;
    this.authenticated = pool.config.redisAuth === null;
  }

  /** Bytes kept for this client: unread replies and replies that wait for their turn. */
  get heldBytes(): number {
    return this.stream.outbox.bytes + this.#held;
  }

  /** Requests not answered yet. */
  get pending(): number {
    return this.#queue.length;
  }

  // Requests.

  /** Puts a record into the queue of replies for a request that is about to be sent or answered. */
  expect(command: number): Request {
    const request = new Request(this, null, command, turn.now);
    this.#queue.push(request);
    return request;
  }

  /** Counts a request that is about to be sent against the session's window. */
  charge(request: Request): void {
    const estimate = Math.max(this.pool.replyBytes[request.command]!, this.#replyBytes) + RECORD_BYTES;
    request.charge = estimate;
    this.#inFlight += estimate;
    if (this.#queue.length >= this.#mostPending() || this.#inFlight > this.pool.config.sessionWindowBytes) {
      if (this.#stall === FLOWING) this.#stall = REPLIES_DUE;
    }
  }

  /** Reads no further until the lane has room. */
  waitFor(lane: Lane): void {
    if (this.#stall === ENDING || this.#stall === SERVER_SLOW) return;
    this.#stall = SERVER_SLOW;
    lane.waitForRoom(this);
  }

  /** Answers the current request with bytes that nobody changes afterwards. */
  reply(bytes: Uint8Array): void {
    if (this.#closed) return;
    if (this.#queue.length === 0) {
      this.stream.outbox.append(bytes, 0, bytes.length);
      this.stream.push();
    } else {
      this.deliver(this.expect(LOCAL_COMMAND), bytes, 0, bytes.length);
    }
  }

  /** Reads no more; closes when everything asked so far is answered. */
  finishAfterReplies(): void {
    this.#stall = ENDING;
    this.#ended = true;
    this.#rest = null;
    this.#finishIfQuiet();
  }

  /** Reads on, unless something else holds it back. Takes effect at the end of the turn. */
  wake(): boolean {
    if (this.#stall === ENDING || this.#closed) return false;
    this.#stall = FLOWING;
    if (this.#resuming) return true;
    this.#resuming = true;
    turn.atEnd(this);
    return true;
  }

  endTurn(): void {
    this.#resuming = false;
    if (this.#closed || this.#stall !== FLOWING) return;
    if (this.#reader !== null) this.#reserve(this.#reader);
    const rest = this.#rest;
    if (rest !== null && this.#stall === FLOWING) {
      this.#rest = null;
      this.#read(rest, this.#restAt);
    }
    if (this.#stall === FLOWING) this.stream.resume();
    if (this.#ended) this.#finishIfQuiet();
  }

  // Replies.

  /** The reply of `request` is `bytes[start, end)`; it is written now if it is its turn. */
  deliver(request: Request, bytes: Uint8Array, start: number, end: number): void {
    if (this.#closed) return;
    this.#learn(request, end - start);
    if (this.#queue.peek() !== request) {
      request.bytes = bytes;
      request.start = start;
      request.end = end;
      request.state = DONE;
      this.#hold(end - start);
      this.pool.shared.early.add(request);
      return;
    }
    this.#queue.shift();
    request.state = SETTLED;
    this.stream.outbox.append(bytes, start, end);
    this.#afterFront();
  }

  /** A fragment of `parent` was answered and waits for the others. */
  holdFragment(parent: Request, fragment: Request): void {
    if (this.#closed) return;
    if (fragment.bytes !== null) this.pool.shared.early.add(fragment);
    const size = fragment.body?.heldBytes ?? fragment.end - fragment.start;
    parent.end += size;
    this.#hold(size);
  }

  /** What has been kept of an unfinished reply doesn't count any more. */
  dropPart(request: Request): void {
    if (this.#closed) return;
    this.#unhold(request.end);
    request.end = 0;
    request.held = null;
  }

  /** The reply of `request` is `body`. */
  deliverBody(request: Request, body: ReplyBody): void {
    if (this.#closed) return;
    this.#unhold(request.end);
    this.#learn(request, body.heldBytes);
    request.state = DONE;
    request.held = null;
    request.body = body;
    request.end = body.heldBytes;
    this.#hold(request.end);
    if (this.#queue.peek() !== request) return;
    this.#afterFront();
  }

  /** A long reply has begun to arrive: passes on what is here if it is its turn, else counts it. */
  offerStream(request: Request): void {
    if (this.#queue.peek() === request) {
      this.#beginStream(request);
      this.stream.push();
    } else {
      const grown = request.held!.length - request.end;
      request.end += grown;
      this.#hold(grown);
    }
  }

  /** The next bytes of the reply that is being passed on. */
  streamMore(request: Request, bytes: Uint8Array, start: number, end: number): void {
    if (this.#closed) return;
    request.end += end - start;
    this.stream.outbox.append(bytes, start, end);
    this.stream.push();
    this.#checkOutbox();
  }

  /** The last bytes of the reply that is being passed on. */
  streamLast(request: Request, bytes: Uint8Array, start: number, end: number): void {
    if (this.#closed) return;
    this.#learn(request, request.end + end - start);
    this.#queue.shift();
    this.stream.outbox.append(bytes, start, end);
    this.#afterFront();
  }

  /** A reply that was being passed on can't be finished: the one honest answer is to close. */
  cut(reason: string): void {
    this.close(reason);
  }

  /** Closes at once; what is in flight is dropped when it arrives. */
  close(reason: string): void {
    if (this.#closed) return;
    this.pool.sessionCut(this, reason);
    this.stream.abort();
    this.closed("");
  }

  /** Closes when idle or stuck in an upload for longer than the pool allows. */
  tick(now: number): void {
    const quiet = now - this.lastActiveMs;
    const { clientIdleTimeoutMs, clientBodyTimeoutMs } = this.pool.config;
    if (
      this.#reader !== null && this.#stall === FLOWING && clientBodyTimeoutMs > 0 &&
      quiet > clientBodyTimeoutMs
    ) {
      this.close("client_body_timeout: no progress in the middle of a request");
    } else if (clientIdleTimeoutMs > 0 && quiet > clientIdleTimeoutMs && this.#queue.length === 0) {
      this.pool.sessionCut(this, "client_idle_timeout");
      this.finishAfterReplies();
    }
  }

  // What the stream says.

  received(chunk: Buffer): void {
    this.lastActiveMs = turn.now;
    if (this.#rest !== null) {
      this.#rest = Buffer.concat([this.#rest.subarray(this.#restAt), chunk]);
      this.#restAt = 0;
    } else {
      this.#read(chunk, 0);
    }
  }

  drained(): void {
    if (this.#stall === CLIENT_SLOW) this.wake();
  }

  ended(): void {
    this.#ended = true;
    if (this.#rest === null) this.#finishIfQuiet();
  }

  closed(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stall = ENDING;
    this.#rest = null;
    for (const request of this.#queue.drain()) request.state = SETTLED;
    this.#unhold(this.#held);
    this.#unreserve();
    // While it is being read from, a request may be in the middle of being served.
    if (!this.#reading) this.#giveReader();
    this.stream.outbox.clear();
    this.pool.sessionClosed(this, reason);
  }

  #read(chunk: Buffer, from: number): void {
    const reader = this.#reader ?? this.pool.takeReader();
    this.#reader = reader;
    this.#reading = true;
    reader.authenticated = this.authenticated;
    const end = chunk.length;
    const { protocol } = this.pool;
    let pos = from;
    while (pos < end && this.#stall === FLOWING) {
      const status = reader.scan(chunk, pos, end);
      pos = reader.next;
      if (status === COMPLETE) {
        if (this.#reserved > 0) this.#unreserve();
        protocol.serve(this, reader);
        if (this.stream.outbox.bytes > this.pool.config.clientOutboxHighBytes) this.#waitForClient();
      } else if (status === INCOMPLETE) {
        this.#reserve(reader);
        pos = end;
      } else if (status === BROKEN) {
        this.pool.sessionFault(this, reader.fault);
        this.reply(protocol.errorReply(reader.fault));
        this.finishAfterReplies();
      }
    }
    if (this.#stall !== FLOWING) {
      if (this.#stall !== ENDING) this.#keepRest(chunk, pos);
      this.stream.pause();
    }
    this.#reading = false;
    if (this.#closed || !reader.inProgress) this.#giveReader();
  }

  #keepRest(chunk: Buffer, pos: number): void {
    if (pos === chunk.length) return;
    const small = (chunk.length - pos) * 8 < chunk.length;
    this.#rest = small ? Buffer.from(chunk.subarray(pos)) : chunk;
    this.#restAt = small ? 0 : pos;
  }

  #giveReader(): void {
    if (this.#reader === null) return;
    this.pool.giveReader(this.#reader);
    this.#reader = null;
  }

  /** The announced bytes of a large upload count before they come. */
  #reserve(reader: RequestReader): void {
    const wanted = reader.heldBytes + reader.announced - this.#reserved;
    if (reader.announced < UPLOAD_ABOVE && wanted < UPLOAD_ABOVE) return;
    if (this.pool.shared.budget.reserve(wanted)) {
      this.#reserved += wanted;
    } else {
      this.#stall = NO_MEMORY;
      this.pool.shared.budget.waitForBytes(this);
    }
  }

  #unreserve(): void {
    if (this.#reserved === 0) return;
    const bytes = this.#reserved;
    this.#reserved = 0;
    this.pool.shared.budget.release(bytes);
  }

  #waitForClient(): void {
    if (this.#stall !== ENDING) this.#stall = CLIENT_SLOW;
    this.stream.notifyBelow = this.pool.config.clientOutboxLowBytes;
    this.stream.push();
  }

  #mostPending(): number {
    return Math.min(this.pool.config.maxPendingRequests, FIRST_WINDOW + this.#answered);
  }

  #learn(request: Request, size: number): void {
    this.#answered++;
    this.#inFlight -= request.charge;
    this.#replyBytes += (size - this.#replyBytes) / 8;
    const averages = this.pool.replyBytes;
    averages[request.command] = averages[request.command]! + (size - averages[request.command]!) / 8;
  }

  #hold(size: number): void {
    this.#held += size;
    this.pool.shared.budget.change(size);
    this.#checkOutbox();
  }

  #unhold(size: number): void {
    if (size === 0) return;
    this.#held -= size;
    this.pool.shared.budget.change(-size);
  }

  #beginStream(request: Request): void {
    this.#unhold(request.end);
    request.state = STREAMING;
    request.end = request.held!.length;
    for (const part of request.held!.parts) this.stream.outbox.append(part.bytes, part.start, part.end);
    request.held = null;
  }

  /** The front has been written or is DONE: writes all that can follow, and has it sent. */
  #afterFront(): void {
    let front = this.#queue.peek();
    while (front !== null && front.state === DONE) {
      this.#queue.shift();
      this.#write(front);
      front = this.#queue.peek();
    }
    if (front !== null && front.state === PARTIAL && front.held!.length > STREAM_ABOVE) {
      this.#beginStream(front);
    }
    this.stream.push();
    if (this.#stall !== FLOWING || this.#ended) this.#afterDelivery();
    this.#checkOutbox();
  }

  #write(request: Request): void {
    request.state = SETTLED;
    const { outbox } = this.stream;
    if (request.body !== null) {
      this.#unhold(request.end);
      request.body.writeTo(outbox);
    } else {
      this.#unhold(request.end - request.start);
      outbox.append(request.bytes!, request.start, request.end);
    }
  }

  #afterDelivery(): void {
    if (this.#stall === REPLIES_DUE) {
      const calm = this.#queue.length <= this.#mostPending() / 2 &&
        this.#inFlight <= this.pool.config.sessionWindowBytes / 2;
      if (calm || this.#queue.length === 0) this.wake();
    }
    if (this.#ended) this.#finishIfQuiet();
  }

  #finishIfQuiet(): void {
    if (this.#queue.length === 0 && this.#rest === null && !this.#resuming) this.stream.finish();
  }

  #checkOutbox(): void {
    if (this.heldBytes > this.pool.config.clientOutboxHardBytes) {
      this.close("client_outbox_hard: the client doesn't read its replies");
    }
  }
}
