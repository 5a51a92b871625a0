/**
 * A read on its way to a member of a group. The record stands in its session's queue and in the member's lane like
 * any other, and this looks at the reply before the session does: what a replica refuses or fails to answer is asked
 * of the primary, as long as nothing of a reply has been passed on. A hedged read has a second record in the lane of
 * another member; the first good reply is the session's, and the other one nobody's.
 */
import { ERROR } from "../../protocol/redis/bytes.ts";
import type { HeldBytes } from "../../protocol/held_bytes.ts";
import { release } from "../../protocol/chunk_holds.ts";
import { turn } from "../../transport/turn.ts";
import { Failure } from "../failure.ts";
import { ReplyView } from "../reply_view.ts";
import { STREAM_ABOVE } from "../reply_queue.ts";
import { type ReplyTaker, Request, SETTLED, WAITING } from "../request.ts";
import type { Session } from "../session.ts";
import { laneTo } from "../session_lane.ts";
import type { ReplicaGroup } from "./group.ts";
import type { Hedging } from "./hedging.ts";
import type { Member } from "./member.ts";

/** What a replica says when it has nothing to answer from: the read was not executed. */
const REFUSALS = ["-LOADING ", "-MASTERDOWN "];

const LEFT = new Failure("closed", "the server left the pool");

/** What a read is made of. */
export interface ReadParts {
  readonly session: Session;
  readonly group: ReplicaGroup;
  /** Who is asked first. */
  readonly member: Member;
  /** The request, in case it has to be sent again: `bytes[start, end)`. */
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** Bytes that are kept for it alone, and count against its client. */
  readonly kept: number;
  /** Members that may not know what was written then are not asked. */
  readonly sinceMs: number;
}

/** Takes the reply of one read. */
export class ReplicaRead implements ReplyTaker {
  readonly asked: Request;
  /** When the second member is asked. */
  hedgeAtMs = Infinity;
  readonly #parts: ReadParts;
  /** Whose fragment it is; null when it is the session's own request. */
  readonly #outer: ReplyTaker | null;
  readonly #hedging: Hedging | null;
  #second: { readonly request: Request; readonly member: Member } | null = null;
  /** The first member will not answer any more. */
  #isFirstGone = false;
  #isOver = false;
  /** What is counted for the session on this read's behalf. */
  #counted = 0;

  /** `hedging` is null for a read that is never asked twice at once. */
  constructor(asked: Request, parts: ReadParts, hedging: Hedging | null) {
    this.asked = asked;
    this.#parts = parts;
    this.#outer = asked.taker;
    this.#hedging = hedging;
    asked.taker = this;
    this.#count(parts.kept);
  }

  /** Whose reply it is, for the slow log. */
  get parent(): Request | undefined {
    return this.#outer === null ? this.asked : this.#outer.parent;
  }

  /** Whether a second member would still be of use. */
  get isWaiting(): boolean {
    return !this.#isOver && this.#second === null && this.asked.state === WAITING && !this.#isForNobody;
  }

  get #isForNobody(): boolean {
    return this.parent === undefined || this.parent.state === SETTLED;
  }

  /** Sends the record to the member. */
  send(): void {
    const { session, member } = this.#parts;
    this.#sendTo(member, this.asked, session);
  }

  /** Asks a second member; false when there is none. */
  hedge(): boolean {
    const { session, group, member, sinceMs } = this.#parts;
    const other = group.another(member, sinceMs);
    if (other === null) return false;
    const request = new Request(null, this, this.asked.command, turn.now);
    this.#second = { request, member: other };
    this.#sendTo(other, request, session);
    return true;
  }

  #sendTo(member: Member, request: Request, session: Session): void {
    if (!member.isPrimary) member.reads++;
    const lane = laneTo(session, member.backend);
    if (!lane.begin(request)) return;
    const { bytes, start, end } = this.#parts;
    lane.outbox.append(bytes, start, end);
    lane.push();
    if (lane.full) session.waitFor(lane);
  }

  keep(request: Request, size: number): void {
    const { asked } = this;
    const { held } = asked;
    if (request !== asked || isError(held!)) this.#count(size);
    else {
      this.#settle();
      if (this.#outer !== null) this.#outer.keep?.(asked, size);
      else if (held!.length > STREAM_ABOVE && this.#parts.session.replies.isNext(asked)) this.#passOn();
      else this.#count(size);
    }
  }

  /** The reply goes to the client as it comes: from here on it can't be asked for again. */
  #passOn(): void {
    const { asked } = this;
    const { held } = asked;
    this.#uncount();
    asked.held = held;
    asked.taker = null;
    this.#parts.session.replies.offerStream(asked);
  }

  take(request: Request): void {
    const isFirst = request === this.asked;
    const member = isFirst ? this.#parts.member : this.#second!.member;
    const refusal = member.isPrimary ? "" : refusalOf(new ReplyView(request));
    if (refusal !== "") this.#parts.group.refused(member, refusal);
    if (this.#isForNobody) {
      letGo(request);
      this.#end();
    } else if (refusal === "") {
      this.#deliver(request);
    } else {
      letGo(request);
      this.#goOn(request);
    }
  }

  failed(request: Request, failure: Failure): boolean {
    const { asked } = this;
    const { session, member } = this.#parts;
    const { timeoutMs } = session.pool.config;
    const isLate = timeoutMs > 0 && turn.now - asked.enteredMs >= timeoutMs;
    const isLast = request === asked && this.#second === null && member.isPrimary;
    if (!this.#isForNobody && !isLate && !isLast) {
      this.#goOn(request);
      return true;
    }
    if (request === asked) return false;
    this.#second = null;
    if (this.#isFirstGone) this.#giveUp(failure);
    return true;
  }

  /** The member of `request` has no answer; another one has, or will have. */
  #goOn(request: Request): void {
    const { asked } = this;
    if (request !== asked) {
      this.#second = null;
      if (this.#isFirstGone) this.#repeat();
    } else if (this.#second === null) {
      this.#repeat();
    } else {
      this.#isFirstGone = true;
      asked.held = null;
      asked.state = WAITING;
    }
  }

  /** Asks the primary; whatever it answers is the reply. */
  #repeat(): void {
    const { session, group, member } = this.#parts;
    if (!session.pool.backends.includes(group.primary.backend)) {
      this.#giveUp(LEFT);
      return;
    }
    if (!member.isPrimary) member.repeated++;
    session.pool.counters.repeatedReads++;
    this.#end();
    const { asked } = this;
    letGo(asked);
    asked.state = WAITING;
    asked.taker = this.#outer;
    this.#sendTo(group.primary, asked, session);
  }

  /** Nobody is left to ask. */
  #giveUp(failure: Failure): void {
    this.#end();
    letGo(this.asked);
    this.asked.state = WAITING;
    this.asked.taker = this.#outer;
    this.#parts.session.pool.fail(this.asked, failure, null);
  }

  #deliver(request: Request): void {
    const { asked } = this;
    const { bytes, start, end, body } = request;
    if (request !== asked) {
      this.#hedging!.won();
      // The first member's lane still waits for a reply, which is nobody's.
      asked.late = !this.#isFirstGone;
      this.#second = null;
    }
    this.#end();
    asked.taker = this.#outer;
    if (this.#outer !== null) {
      this.#outer.take(asked);
      return;
    }
    const { replies } = this.#parts.session;
    asked.state = WAITING;
    asked.bytes = null;
    asked.body = null;
    if (body !== null) replies.deliverBody(asked, body);
    else {
      replies.deliver(asked, bytes!, start, end);
      release(bytes!);
    }
  }

  /** Nothing of it is asked twice any more. */
  #settle(): void {
    if (!this.#isOver) this.#hedging?.answered(turn.now - this.asked.enteredMs);
    this.#isOver = true;
    if (this.#second === null) return;
    const { request } = this.#second;
    request.late = true;
    request.held = null;
    this.#second = null;
  }

  /** What becomes of the read is decided, and what was kept of it is the caller's. */
  #end(): void {
    this.#settle();
    this.#uncount();
  }

  #count(size: number): void {
    if (size === 0) return;
    const { parent } = this;
    if (parent === undefined) return;
    if (this.#outer === null) this.asked.end = this.#counted;
    this.#counted += size;
    this.#parts.session.replies.holdPart(parent, size);
  }

  /** What is counted for a fragment is, with its parent's other fragments, when the parent is answered. */
  #uncount(): void {
    if (this.#outer !== null || this.#counted === 0) return;
    this.asked.end = this.#counted;
    this.#counted = 0;
    this.#parts.session.replies.dropPart(this.asked);
  }
}

/** Whether what is here of a reply is the beginning of an error. */
function isError({ parts }: HeldBytes): boolean {
  const [first] = parts;
  return first!.bytes[first!.start] === ERROR;
}

/** Why a replica did not execute a read, in its own words; empty when it did. */
function refusalOf(reply: ReplyView): string {
  if (reply.byte(reply.from) !== ERROR || !REFUSALS.some((each) => reply.has(each, reply.from))) return "";
  return Buffer.from(reply.copy()).toString("latin1", 1, reply.size - 2);
}

/** Lets go of a reply that nobody wants. */
function letGo(request: Request): void {
  if (request.bytes !== null) release(request.bytes);
  request.bytes = null;
  request.body = null;
  request.held = null;
}
