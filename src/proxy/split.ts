/**
 * A request whose keys live on several servers: one parent in the session's queue, one fragment per server in its
 * lane. When the last fragment is answered, the merge makes one reply of them; one failed fragment makes one error
 * of the parent and touches nothing else.
 */
import { release as releaseChunk } from "../protocol/chunk_holds.ts";
import { turn } from "../transport/turn.ts";
import type { ReplyBody, ReplyTaker, Request } from "./request.ts";
import { SETTLED } from "./request.ts";

/** What a merge says of its fragments. */
export type Merged =
  /** The reply is this body. */
  | ReplyBody
  /** The reply is these bytes. */
  | Uint8Array;

/** How much memory the replies to a split request may take. */
export interface ReplyLimit {
  readonly bytes: number;
  /** The reply that is given instead of a larger one. */
  readonly refusal: Uint8Array;
}

/** Makes one reply of the fragments' replies, which are all here, in the order the fragments were sent. */
export interface Merge {
  /** What the replies may weigh together; any weight when absent. */
  readonly limit?: ReplyLimit;
  merge(fragments: readonly Request[]): Merged;
}

/** The parent's side of a split request. */
export class Split implements ReplyTaker {
  readonly parent: Request;
  readonly #merge: Merge;
  readonly #fragments: Request[] = [];
  /** Fragments to be answered, and one more until all are sent. */
  #left = 1;
  /** The replies weigh too much: the parent has its answer. */
  #isRefused = false;

  constructor(parent: Request, merge: Merge) {
    this.parent = parent;
    this.#merge = merge;
  }

  /** Adds a fragment that is about to be sent; it may fail at once. */
  add(fragment: Request): void {
    this.#fragments.push(fragment);
    this.#left++;
  }

  /** No more fragments follow. */
  seal(): void {
    this.#left--;
    if (this.#left === 0 && !this.#isOver) this.#finish();
  }

  /** Whether nobody waits for the reply any more. */
  get #isOver(): boolean {
    return this.#isRefused || this.parent.state === SETTLED;
  }

  /** Counts as it comes; nothing is kept for a client that is gone. */
  keep(fragment: Request, size: number): void {
    const { parent } = this;
    if (!this.#isOver) {
      fragment.end += size;
      parent.session!.replies.holdPart(parent, size);
      this.#checkLimit();
    }
    if (this.#isOver) release(fragment);
  }

  take(fragment: Request): void {
    const { parent } = this;
    this.#left--;
    if (!this.#isOver && (this.#left > 0 || this.#merge.limit !== undefined)) {
      parent.session!.replies.holdFragment(parent, fragment);
      this.#checkLimit();
    }
    if (this.#isOver) release(fragment);
    else if (this.#left === 0) this.#finish();
  }

  #checkLimit(): void {
    const { parent } = this;
    const { limit } = this.#merge;
    if (limit === undefined || parent.end <= limit.bytes || parent.state === SETTLED) return;
    this.#isRefused = true;
    const { replies } = parent.session!;
    replies.dropPart(parent);
    // What is still to come of them is dropped as it arrives.
    for (const each of this.#fragments) release(each);
    this.#answer(limit.refusal);
  }

  #finish(): void {
    const { parent } = this;
    const { replies } = parent.session!;
    replies.dropPart(parent);
    // From here on their replies are the merge's: nobody may move or free the bytes it refers to.
    for (const each of this.#fragments) each.state = SETTLED;
    const merged = this.#merge.merge(this.#fragments);
    if (merged instanceof Uint8Array) {
      for (const each of this.#fragments) release(each);
      this.#answer(merged);
    } else {
      replies.deliverBody(parent, merged);
    }
  }

  #answer(bytes: Uint8Array): void {
    const { parent } = this;
    const { replies, pool } = parent.session!;
    replies.deliver(parent, bytes, 0, bytes.length);
    const { slowLog } = pool.shared;
    // Nothing of it waits any more; what has to wait for its turn is told to the slow log when that comes.
    if (parent.state === SETTLED && turn.now - parent.enteredMs >= slowLog.thresholdMs) {
      slowLog.delivered(parent);
    }
  }
}

/** Lets go of a fragment's reply. */
export function release(fragment: Request): void {
  fragment.state = SETTLED;
  if (fragment.bytes !== null) releaseChunk(fragment.bytes);
  fragment.bytes = null;
  fragment.held = null;
  fragment.body = null;
}
