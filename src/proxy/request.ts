/**
 * The record of one request on its way: who asked, when, and what became of it. The same record stands in two
 * queues, its lane's (order of sending) and its session's (order of asking).
 *
 *     session queue:  [r1 done][r2 waiting][r3 done]      replies leave from the front only
 *     lane queue:              [r2][r9 of another session]   the next reply of the server is r2's
 */
import type { HeldBytes } from "../protocol/held_bytes.ts";
import type { Outbox } from "../transport/outbox.ts";
import type { Failure } from "./failure.ts";
import type { Lane } from "./lane.ts";
import type { Preface } from "./preface.ts";
import type { Session } from "./session.ts";
import type { WriteMark } from "./write_marks.ts";

/** Index of the figures of replies the proxy gives itself; command ids begin behind it. */
export const LOCAL_COMMAND = 0;

/** No reply yet. */
export const WAITING = 0;
/** A part of the reply is here, in `held`. */
export const PARTIAL = 1;
/** The reply is being passed on as it arrives; it can't be taken back. */
export const STREAMING = 2;
/** The reply is here and waits for its turn. */
export const DONE = 3;
/** The session has had its reply, or is gone; what the server still sends is dropped. */
export const SETTLED = 4;

/** A reply that is written from more than one range of bytes. */
export interface ReplyBody {
  /** Bytes the reply keeps in memory until it is written. */
  readonly heldBytes: number;
  /** Writes the whole reply. */
  writeTo(outbox: Outbox): void;
}

/** Takes the reply of a request that no session waits for directly: a fragment's, or the proxy's own. */
export interface ReplyTaker {
  /** The request in the session's queue that the reply is for; absent when no client waits. */
  readonly parent?: Request;
  /** What the server has to be told first, if it is another connection that the request goes out on. */
  readonly preface?: Preface;
  /** The request, which a server has refused, goes out on this lane instead. */
  sendingOn?(lane: Lane): void;
  /** `size` more bytes of a reply that is not complete are kept in `held`; a taker without it gets small replies only. */
  keep?(request: Request, size: number): void;
  /** A server failed to answer; true when that is not the end of it: then nobody is told. */
  failed?(request: Request, failure: Failure): boolean;
  /** The request is DONE; its reply is in `bytes[start, end)`, or in `held` when `bytes` is null. */
  take(request: Request): void;
}

/** One request, or one fragment of a split one. */
export class Request {
  /** Who gets the reply, unless there is a `taker`, which looks at it first. */
  readonly session: Session | null;
  taker: ReplyTaker | null;
  /** Index of the command's figures. */
  readonly command: number;
  /** When it was complete, on the turn's clock. */
  readonly enteredMs: number;
  state = WAITING;
  /** Its client was told that it took too long; the reply, when it comes, is nobody's. */
  late = false;
  /** Position of its first byte in its lane's stream. */
  sentAt = 0;
  /** Replies that come before its own and are nobody's, such as the QUEUEDs of a transaction. */
  swallow = 0;
  /** What its reply was estimated to weigh when it was sent; bytes. */
  charge = 0;
  /** The chunk with its first key, and where that stands in it; see `request_key.ts`. */
  key: Uint8Array | null = null;
  keyStart = 0;
  keyEnd = 0;
  /** When it was written, and to which server; null for what is not sent itself. */
  mark: WriteMark | null = null;
  /** When its reply was complete, if that has to wait for its turn. */
  repliedMs = 0;
  /** An early reply's bytes. */
  bytes: Uint8Array | null = null;
  start = 0;
  end = 0;
  /** A reply that came in several chunks, so far. */
  held: HeldBytes | null = null;
  /** A reply made of more than one range. */
  body: ReplyBody | null = null;

  constructor(session: Session | null, taker: ReplyTaker | null, command: number, enteredMs: number) {
    this.session = session;
    this.taker = taker;
    this.command = command;
    this.enteredMs = enteredMs;
  }
}
