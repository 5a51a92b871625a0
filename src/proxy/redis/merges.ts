/** How the fragments of a split Redis command become one reply: elements in request order, a sum, one +OK. */
import { ARRAY, ERROR, INTEGER } from "../../protocol/redis/bytes.ts";
import type { Outbox } from "../../transport/outbox.ts";
import type { ReplyBody, Request } from "../request.ts";
import { type Merge, type Merged, release } from "../split.ts";
import { FragmentReply } from "./fragment_reply.ts";

const OK = Buffer.from("+OK\r\n");
const UNEXPECTED = Buffer.from("-ERR a server answered a part of the request with an unexpected reply\r\n");

/** The first error among the fragments' replies, or null. */
function firstError(fragments: readonly Request[]): Uint8Array | null {
  for (const fragment of fragments) {
    const reply = new FragmentReply(fragment);
    if (reply.type === ERROR) return reply.copy();
  }
  return null;
}

/** MSET: every server said +OK. */
export const MERGE_OK: Merge = {
  merge: (fragments) => firstError(fragments) ?? OK,
};

/** DEL, UNLINK, TOUCH, EXISTS: the servers' counts add up. */
export const MERGE_SUM: Merge = {
  merge(fragments) {
    let sum = 0;
    for (const fragment of fragments) {
      const reply = new FragmentReply(fragment);
      if (reply.type === ERROR) return reply.copy();
      if (reply.type !== INTEGER) return UNEXPECTED;
      sum += reply.takeNumber();
    }
    return Buffer.from(`:${sum}\r\n`);
  },
};

/** MGET: the elements of all servers' arrays, in the order the keys were asked for. */
export class ElementMerge implements Merge {
  /** Number of the fragment that has element i. */
  readonly #fragmentOf: Uint8Array | Int32Array;
  readonly #elements: number;

  constructor(fragmentOf: Uint8Array | Int32Array) {
    this.#fragmentOf = fragmentOf;
    this.#elements = fragmentOf.length;
  }

  merge(fragments: readonly Request[]): Merged {
    const error = firstError(fragments);
    if (error !== null) return error;
    const replies = fragments.map((fragment) => new FragmentReply(fragment));
    let elements = 0;
    let size = 0;
    for (const reply of replies) {
      if (reply.type !== ARRAY) return UNEXPECTED;
      elements += reply.takeNumber();
      size += reply.size;
    }
    if (elements !== this.#elements) return UNEXPECTED;
    return new MergedElements(fragments, replies, this.#fragmentOf, size);
  }
}

/** The merged array, written only when its turn comes; until then the servers' chunks keep the elements. */
class MergedElements implements ReplyBody {
  readonly heldBytes: number;
  readonly #fragments: readonly Request[];
  readonly #replies: readonly FragmentReply[];
  readonly #fragmentOf: Uint8Array | Int32Array;

  constructor(
    fragments: readonly Request[],
    replies: readonly FragmentReply[],
    fragmentOf: Uint8Array | Int32Array,
    heldBytes: number,
  ) {
    this.#fragments = fragments;
    this.#replies = replies;
    this.#fragmentOf = fragmentOf;
    this.heldBytes = heldBytes;
  }

  writeTo(outbox: Outbox): void {
    const fragmentOf = this.#fragmentOf;
    outbox.appendHeader(ARRAY, fragmentOf.length);
    for (let i = 0; i < fragmentOf.length; i++) this.#replies[fragmentOf[i]!]!.appendElement(outbox);
    for (const fragment of this.#fragments) release(fragment);
  }
}
