/**
 * A request whose keys live on several servers: one parent in the session's queue, one fragment per server in its
 * lane. When the last fragment is answered, the merge makes one reply of them; one failed fragment makes one error
 * of the parent and touches nothing else.
 */
import { release as releaseChunk } from "../protocol/chunk_holds.ts";
import type { ReplyBody, ReplyTaker, Request } from "./request.ts";
import { SETTLED } from "./request.ts";

/** What a merge says of its fragments. */
export type Merged =
  /** The reply is this body. */
  | ReplyBody
  /** The reply is these bytes. */
  | Uint8Array;

/** Makes one reply of the fragments' replies, which are all here, in the order the fragments were sent. */
export interface Merge {
  merge(fragments: readonly Request[]): Merged;
}

/** The parent's side of a split request. */
export class Split implements ReplyTaker {
  readonly #parent: Request;
  readonly #merge: Merge;
  readonly #fragments: Request[] = [];
  /** Fragments to be answered, and one more until all are sent. */
  #left = 1;

  constructor(parent: Request, merge: Merge) {
    this.#parent = parent;
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
    if (this.#left === 0 && this.#parent.state !== SETTLED) this.#finish();
  }

  /** Counts as it comes; nothing is kept for a client that is gone. */
  keep(fragment: Request, size: number): void {
    const parent = this.#parent;
    if (parent.state !== SETTLED) {
      fragment.end += size;
      parent.session!.replies.holdPart(parent, size);
    }
    if (parent.state === SETTLED) release(fragment);
  }

  take(fragment: Request): void {
    const parent = this.#parent;
    this.#left--;
    if (parent.state === SETTLED) {
      release(fragment);
      return;
    }
    if (this.#left > 0) parent.session!.replies.holdFragment(parent, fragment);
    else this.#finish();
  }

  #finish(): void {
    const parent = this.#parent;
    const { replies } = parent.session!;
    replies.dropPart(parent);
    // From here on their replies are the merge's: nobody may move or free the bytes it refers to.
    for (const each of this.#fragments) each.state = SETTLED;
    const merged = this.#merge.merge(this.#fragments);
    if (merged instanceof Uint8Array) {
      for (const each of this.#fragments) release(each);
      replies.deliver(parent, merged, 0, merged.length);
    } else {
      replies.deliverBody(parent, merged);
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
