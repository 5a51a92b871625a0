/** How the fragments of a split Redis command become one reply: elements in request order, a sum, one +OK. */
import { ARRAY, ERROR, INTEGER } from "../../protocol/redis/bytes.ts";
import type { Outbox } from "../../transport/outbox.ts";
import type { ReplyBody, Request } from "../request.ts";
import { type Merge, type Merged, release } from "../split.ts";
import { FragmentReply } from "./fragment_reply.ts";

/** What a server says when it has done what it was told. */
export const OK_TEXT = "+OK\r\n";
/** The same as bytes. */
export const OK: Uint8Array = Buffer.from(OK_TEXT);
/** The reply when a server's is of no form that its command has. */
export const UNEXPECTED: Uint8Array = Buffer.from(
  "-ERR a server answered a part of the request with an unexpected reply\r\n",
);

/** MSET: every server said +OK; else the first error. */
export const MERGE_OK: Merge = {
  merge(fragments) {
    for (const fragment of fragments) {
      const reply = new FragmentReply(fragment);
      if (reply.type === ERROR) return reply.copy();
      if (!reply.has(OK_TEXT, reply.at)) return UNEXPECTED;
    }
    return OK;
  },
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
    return Number.isSafeInteger(sum) ? Buffer.from(`:${sum}\r\n`) : UNEXPECTED;
  },
};

/**
 * MGET: the elements of all servers' arrays, in the order the keys were asked for. The array is put together only
 * when its turn to be written comes; until then the servers' chunks keep the elements.
 */
export class ElementMerge implements Merge, ReplyBody {
  heldBytes = 0;
  /** Number of the fragment that has element i. */
  readonly #fragmentOf: Uint8Array | Int32Array;
  /** Elements of each fragment. With fewer, what follows its reply in the chunk would be taken for the rest. */
  readonly #sizes: readonly number[];
  readonly #replies: FragmentReply[] = [];
  #fragments: readonly Request[] = [];

  constructor(fragmentOf: Uint8Array | Int32Array, sizes: readonly number[]) {
    this.#fragmentOf = fragmentOf;
    this.#sizes = sizes;
  }

  merge(fragments: readonly Request[]): Merged {
    this.#fragments = fragments;
    for (let i = 0; i < fragments.length; i++) {
      const reply = new FragmentReply(fragments[i]!);
      if (reply.type === ERROR) return reply.copy();
      if (reply.type !== ARRAY || reply.takeNumber() !== this.#sizes[i]) return UNEXPECTED;
      this.heldBytes += reply.size;
      this.#replies.push(reply);
    }
    return this;
  }

  writeTo(outbox: Outbox): void {
    const fragmentOf = this.#fragmentOf;
    outbox.appendHeader(ARRAY, fragmentOf.length);
    // Neighbours from one server lie side by side in its reply: they are appended together.
    let run = this.#replies[fragmentOf[0]!]!;
    let from = run.at;
    for (let i = 0; i < fragmentOf.length; i++) {
      const reply = this.#replies[fragmentOf[i]!]!;
      if (reply !== run) {
        run.appendFrom(from, outbox);
        run = reply;
        from = reply.at;
      }
      reply.skipElement();
    }
    run.appendFrom(from, outbox);
    for (let i = 0; i < this.#fragments.length; i++) release(this.#fragments[i]!);
  }
}
