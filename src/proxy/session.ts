/**
 * One client connection: reads requests and holds back what would cost too much memory. `ReplyQueue` keeps the
 * order of what goes out, `ReplyWindow` estimates what is in flight.
 *
 * Reading stops (`#stall`) while any of these is over its bound: bytes the client has not read, replies in flight,
 * the outbox of a server it aims at, the worker's budget for an upload. What is left of the chunk waits in `#rest`.
 */
import { release } from "../protocol/chunk_holds.ts";
import { BROKEN, COMPLETE, INCOMPLETE } from "../protocol/scan_status.ts";
import type { Stream, StreamOwner } from "../transport/stream.ts";
import { type EndsTurn, turn } from "../transport/turn.ts";
import { BorrowedReader } from "./borrowed_reader.ts";
import { ClientRecord } from "./client_record.ts";
import type { Lane } from "./lane.ts";
import type { Pool } from "./pool.ts";
import { ReplyQueue, type ReplyQueueOwner } from "./reply_queue.ts";
import { ReplyWindow } from "./reply_window.ts";
import { LOCAL_COMMAND, Request } from "./request.ts";
import { CUT, ENDS, LEAVES, STAYS } from "./session_end.ts";
import { ALONE, CLIENT_SLOW, ENDING, FLOWING, HELD } from "./stall.ts";
import { NO_MEMORY, QUIET, REPLIES_DUE, SERVER_SLOW } from "./stall.ts";
import { UnreadChunk } from "./unread_chunk.ts";
import { USUAL, type Variant } from "./variant.ts";
import { UploadReservation } from "../transport/upload_reservation.ts";

/** A client connection. */
export class Session implements StreamOwner, EndsTurn, ReplyQueueOwner {
  /** Never given to another session of this process. */
  readonly id: number;
  readonly pool: Pool;
  readonly stream: Stream;
  readonly replies: ReplyQueue;
  /** Which lanes its requests take; changed only while nothing it has asked is unanswered. */
  variant: Variant = USUAL;
  lastActiveMs: number = turn.now;
  readonly client = new ClientRecord();
  readonly #window: ReplyWindow;
  readonly #upload: UploadReservation;
  readonly #rest: UnreadChunk;
  readonly #reader: BorrowedReader;
  #stall = FLOWING;
  #resuming = false;
  #reading = false;
  #end = STAYS;
  #closed = false;
  constructor(id: number, pool: Pool, stream: Stream) {
    this.id = id;
    this.pool = pool;
    this.stream = stream;
    this.replies = new ReplyQueue(stream.outbox, pool.shared, this);
    this.#window = new ReplyWindow(pool);
    this.#upload = new UploadReservation(pool.shared.budget);
    this.#rest = new UnreadChunk(pool.shared.budget);
    this.#reader = new BorrowedReader(pool);
    pool.protocol.admit(this);
  }

  /** Bytes kept for this client: its replies, and what it sent that can't go on yet. */
  get heldBytes(): number {
    return this.#replyBytes + this.#rest.size + this.#upload.waitingBytes +
      (this.client.redis?.heldBytes ?? 0);
  }

  /** Unread, or waiting for their turn. */
  get #replyBytes(): number {
    return this.stream.outbox.bytes + this.replies.heldBytes;
  }

  /** Puts a record into the queue of replies for a request that is about to be sent or answered. */
  expect(command: number): Request {
    const request = new Request(this, null, command, turn.now);
    this.replies.push(request);
    return request;
  }

  /** Counts a request that is about to be sent against the session's window. */
  charge(request: Request): void {
    this.#window.charge(request);
    if (this.#stall === FLOWING && this.#window.isFull(this.replies.pending)) this.#stall = REPLIES_DUE;
  }

  /** Reads no further until the lane has room. */
  waitFor(lane: Lane): void {
    if (this.#stall >= ALONE || this.#stall === SERVER_SLOW) return;
    this.#stall = SERVER_SLOW;
    lane.waitForRoom(this);
  }

  /** Reads no further until it is woken. */
  hold(reason: number = HELD): void {
    if (this.#stall !== ENDING) this.#stall = reason;
  }

  /** Holds, and reads the current request again when it is woken, before what follows. */
  putBack(request: Uint8Array, reason: number = HELD): void {
    this.client.isPutBack = true;
    this.#rest.putBack(request);
    this.hold(reason);
  }

  /** Ends a hold that nobody else's wake could end. */
  letGo(): void {
    if (this.#stall === ALONE) this.#stall = HELD;
    this.wake();
  }

  /** Answers the current request with bytes that nobody changes afterwards. */
  reply(bytes: Uint8Array): void {
    if (this.#closed) return;
    if (this.replies.pending === 0) {
      this.replies.outbox.append(bytes, 0, bytes.length);
      this.stream.push();
    } else {
      const record = this.expect(LOCAL_COMMAND);
      this.charge(record);
      this.replies.deliver(record, bytes, 0, bytes.length);
    }
  }

  /** Reads no more, not even what has come; closes when everything asked so far is answered. */
  finishAfterReplies(): void {
    this.#stall = ENDING;
    this.#end = ENDS;
    this.#rest.clear();
    this.#finishIfQuiet();
  }

  /** Closes if this is a quiet moment, or at one that comes; until then it is served as ever. May be asked again. */
  leave(): void {
    if (this.#end === STAYS) this.#end = LEAVES;
    this.#finishIfQuiet();
  }

  /** Reads on at the end of the turn; what still holds it back is found by the next request. */
  wake(): void {
    if (this.#stall >= ALONE || this.#closed || this.client.redis?.isBlocked) return;
    this.#stall = FLOWING;
    if (this.#resuming) return;
    this.#resuming = true;
    turn.atEnd(this);
  }

  endTurn(): void {
    this.#resuming = false;
    if (this.#closed) return;
    if (this.#stall === FLOWING) this.#readOn();
    if (this.#end !== STAYS) this.#finishIfQuiet();
  }

  #readOn(): void {
    const { reader } = this.#reader;
    if (reader !== null && !this.#upload.admits(reader)) this.#waitForMemory();
    const { chunk, at } = this.#rest;
    if (chunk !== null && this.#stall === FLOWING && this.#upload.isClogged) this.#waitForMemory();
    if (chunk !== null && this.#stall === FLOWING) {
      this.#rest.handOver();
      this.#read(chunk, at);
      release(chunk);
    }
    if (this.#stall !== FLOWING) return;
    // What the client could not send meanwhile is not its fault.
    this.lastActiveMs = turn.now;
    this.stream.resume();
  }

  turnFailed(error: Error): void {
    this.close(`internal error: ${error.stack ?? error.message}`);
  }

  /** Closes at once; what is in flight is dropped when it arrives. */
  close(reason: string): void {
    if (this.#closed) return;
    this.pool.sessionCut(this, reason);
    this.stream.abort();
    this.closed(CUT);
  }

  /** Whether it is for the client to go on. Waiting for memory counts too when it keeps memory from others meanwhile. */
  get isUploading(): boolean {
    return this.#reader.reader !== null && (this.#stall === FLOWING || this.#upload.bytes > 0);
  }

  answered(request: Request, size: number): void {
    this.#window.settle(request, size);
  }

  wrote(): void {
    this.stream.push();
    if (this.#stall === REPLIES_DUE && this.#window.isCalm(this.replies)) this.wake();
    if (this.#stall === QUIET && this.replies.pending === 0) this.wake();
    if (this.#end !== STAYS) this.#finishIfQuiet();
    this.held();
  }

  held(): void {
    if (this.#replyBytes > this.pool.config.clientOutboxHardBytes) {
      this.close("client_outbox_hard: the client doesn't read its replies");
    }
  }

  received(chunk: Buffer): void {
    if (this.#end === ENDS) return;
    this.lastActiveMs = turn.now;
    if (this.#rest.chunk === null) {
      if (this.#stall === FLOWING && this.#upload.isClogged) this.#waitForMemory();
      this.#read(chunk, 0);
    } else {
      this.#rest.add(chunk);
      this.#pause();
    }
  }

  drained(): void {
    if (this.#stall === CLIENT_SLOW) this.wake();
  }

  ended(): void {
    this.#end = ENDS;
    this.#finishIfQuiet();
  }

  /** Nothing waits for a client that has ended its side, as in Redis: it gets no more replies. */
  #vanish(): void {
    this.replies.close();
    this.client.redis?.end();
    this.finishAfterReplies();
  }

  closed(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stall = ENDING;
    this.#rest.clear();
    this.replies.close();
    this.#upload.release();
    this.client.redis?.end();
    // While it is being read from, a request may be in the middle of being served.
    if (!this.#reading) this.#reader.giveBack();
    this.pool.sessionClosed(this, reason);
    this.stream.outbox.clear();
  }

  #read(chunk: Buffer, from: number): void {
    const reader = this.#reader.take();
    this.#reading = true;
    const { protocol, config } = this.pool;
    let pos = from;
    while (pos < chunk.length && this.#stall === FLOWING) {
      reader.authenticated = this.client.authenticated;
      const status = reader.scan(chunk, pos, chunk.length);
      pos = reader.next;
      if (status === COMPLETE) {
        this.#upload.release();
        protocol.serve(this, reader);
        if (this.stream.outbox.bytes > config.clientOutboxHighBytes) this.#waitForClient();
        else if (this.replies.heldBytes > config.clientOutboxHighBytes) this.#stall ||= REPLIES_DUE;
      } else if (status === INCOMPLETE) {
        if (!this.#upload.admits(reader)) this.#waitForMemory();
      } else if (status === BROKEN) {
        this.pool.sessionFault(this, reader.fault);
        this.reply(protocol.faultReply(reader.fault));
        this.finishAfterReplies();
      }
    }
    if (this.#stall !== FLOWING) {
      if (this.#stall !== ENDING) this.#rest.keep(chunk, pos);
      this.#pause();
    }
    this.#reading = false;
    if (this.#closed || !reader.inProgress) this.#reader.giveBack();
    if (this.#end !== STAYS) this.#finishIfQuiet();
  }

  /** Takes no more; but while it is blocked, it listens for the client's end. */
  #pause(): void {
    if (this.client.redis?.isBlocked && !this.#rest.isLong) this.stream.resume();
    else this.stream.pause();
  }

  #waitForMemory(): void {
    this.#stall = NO_MEMORY;
    this.pool.shared.budget.waitForBytes(this);
    this.stream.pause();
  }

  #waitForClient(): void {
    if (this.#stall < ALONE) this.#stall = CLIENT_SLOW;
    this.stream.notifyBelow = this.pool.config.clientOutboxLowBytes;
    this.stream.push();
  }

  #finishIfQuiet(): void {
    if (this.#end === ENDS && this.client.redis?.isBlocked) this.#vanish();
    const reading = this.#reading || this.#resuming || this.#rest.chunk !== null ||
      (this.#end === LEAVES && (this.#reader.reader !== null || this.client.redis?.isBusy));
    if (reading || this.replies.pending > 0 || (this.#end === LEAVES && this.stream.inMotion)) return;
    this.client.redis?.end();
    this.stream.finish();
  }
}
