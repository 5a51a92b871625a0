/** Stands before whoever gets the reply of a request that goes out again in its turn, to know when it is answered. */
import type { Preface } from "../preface.ts";
import type { Lane } from "../lane.ts";
import type { ReplyTaker, Request } from "../request.ts";
import { passOn } from "../taken_reply.ts";

/** The gate of one request. */
export class RetryGate implements ReplyTaker {
  readonly parent?: Request;
  readonly preface?: Preface;
  readonly #taker: ReplyTaker | null;
  readonly #passed: (request: Request) => void;

  /** `taker` is the request's own; `passed` is called once its reply is known to be one. */
  constructor(taker: ReplyTaker | null, passed: (request: Request) => void) {
    this.#taker = taker;
    this.#passed = passed;
    if (taker?.parent !== undefined) this.parent = taker.parent;
    if (taker?.preface !== undefined) this.preface = taker.preface;
  }

  sendingOn(lane: Lane): void {
    this.#taker?.sendingOn?.(lane);
  }

  /** What has begun and is no error has been run, however long it is. */
  keep(request: Request, size: number): void {
    request.taker = this.#taker;
    this.#taker?.keep?.(request, size);
    this.#passed(request);
  }

  take(request: Request): void {
    request.taker = this.#taker;
    if (this.#taker === null) passOn(request);
    else this.#taker.take(request);
    this.#passed(request);
  }
}
