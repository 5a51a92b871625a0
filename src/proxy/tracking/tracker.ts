/**
 * CLIENT TRACKING of one session: what it wants to be told of, and how it is told.
 *
 * A change is heard on another connection than replies come on, so it may be heard before a reply that was made before
 * it. The client is told at once, for what it has; and if anything it has asked is unanswered, again behind that, for
 * what it is about to get. So it may be told too early or too often, and never keeps what is out of date.
 */
import { LOCAL_COMMAND, type ReplyBody, type Request } from "../request.ts";
import type { Session } from "../session.ts";
import { versionOf } from "../variant.ts";
import { type Changed, encodeInvalidation } from "./invalidation.ts";

/** Of which reads the keys are remembered: all, those that CLIENT CACHING names or all others, or of none. */
export type TrackingMode = "all" | "optin" | "optout" | "broadcast";

/** What is told once more may hold so much; beyond that, it is all keys. Units: keys, bytes. */
const MOST_LATE_KEYS = 64;
const MOST_LATE_BYTES = 4096;

/** The tracking of one session. */
export class Tracker {
  readonly mode: TrackingMode;
  /** In broadcast mode: what the keys begin with, one character per byte. */
  readonly prefixes: readonly string[];
  /** CLIENT CACHING was said of what comes next. */
  isCaching = false;
  /** Nobody is told any more. */
  isOver = false;
  readonly #session: Session;
  #late: LateInvalidation | null = null;

  constructor(session: Session, mode: TrackingMode, prefixes: readonly string[]) {
    this.#session = session;
    this.mode = mode;
    this.prefixes = prefixes;
  }

  /** Whether what the client reads has to be looked at. */
  get followsReads(): boolean {
    return this.mode !== "broadcast";
  }

  /** Whether the keys of what is being read are to be remembered. */
  get remembers(): boolean {
    if (this.mode === "optin") return this.isCaching;
    return this.mode === "all" || (this.mode === "optout" && !this.isCaching);
  }

  /** Tells the client; `push` is what it reads. In RESP2 it can't be told, as in Redis. */
  tell(keys: Changed, push: Buffer): void {
    const { replies, variant } = this.#session;
    if (this.isOver || versionOf(variant) === 2) return;
    if (replies.pending > 0) this.#tellLater(keys);
    replies.interject(push, 0, push.length);
  }

  #tellLater(keys: Changed): void {
    const { replies } = this.#session;
    if (this.#late === null || !replies.isNewest(this.#late.record)) {
      const late = this.#late = new LateInvalidation(this.#session, () => this.isOver);
      replies.deliverBody(late.record, late);
    }
    this.#late.add(keys);
  }
}

/** What is told behind the replies that were due when it was heard. */
class LateInvalidation implements ReplyBody {
  readonly heldBytes = MOST_LATE_BYTES;
  readonly record: Request;
  readonly #session: Session;
  readonly #isOver: () => boolean;
  #keys: Map<string, Buffer> | null = new Map();
  #bytes = 0;

  constructor(session: Session, isOver: () => boolean) {
    this.record = session.expect(LOCAL_COMMAND);
    this.#session = session;
    this.#isOver = isOver;
  }

  add(keys: Changed): void {
    if (this.#keys === null) return;
    if (keys === null) {
      this.#keys = null;
      return;
    }
    for (const key of keys) {
      this.#keys.set(key.toString("latin1"), Buffer.from(key));
      this.#bytes += key.length;
    }
    if (this.#keys.size > MOST_LATE_KEYS || this.#bytes > MOST_LATE_BYTES) this.#keys = null;
  }

  /** It is no reply, so it is for a client that wants no replies, too. */
  writeTo(): void {
    if (this.#isOver()) return;
    const push = encodeInvalidation(this.#keys === null ? null : [...this.#keys.values()]);
    this.#session.stream.outbox.append(push, 0, push.length);
  }
}
