/**
 * What is special about a lane to a node of a cluster: it keeps what it has sent until that is answered, and looks at
 * each error before anybody else does. A request that was refused, or could not be sent at all, goes on its way again.
 */
import { isAborted, readRefusal, type Refusal } from "../../protocol/redis/cluster/refusal.ts";
import { ERROR } from "../../protocol/redis/bytes.ts";
import { HeldBytes } from "../../protocol/held_bytes.ts";
import type { Failure } from "../failure.ts";
import type { FailureTaker } from "../in_flight.ts";
import type { Lane } from "../lane.ts";
import { PARTIAL, type Request } from "../request.ts";
import type { ServerCounters } from "../server_counters.ts";
import type { Redirects } from "./redirects.ts";

const NOTHING = Buffer.alloc(0);

/** The guard of one lane. */
export class LaneGuard implements FailureTaker {
  readonly #redirects: Redirects;
  readonly #lane: Lane;
  /** The node's name. */
  readonly #server: string;
  /** The beginning of an error, and of which connection it is. */
  #part = NOTHING;
  #partCuts = 0;
  /** Why a command of the block that is being answered was not queued. */
  #inBlock: Refusal | null = null;

  constructor(redirects: Redirects, lane: Lane, server: string) {
    this.#redirects = redirects;
    this.#lane = lane;
    this.#server = server;
  }

  /** Whether replies that are no errors matter too. */
  get isAlert(): boolean {
    return this.#part !== NOTHING || this.#redirects.isAlert;
  }

  /** Keeps a part of a reply if it is one of an error. */
  keepsPart(chunk: Uint8Array, start: number, end: number): boolean {
    if (this.#part.length === 0 && chunk[start] !== ERROR) return false;
    this.#part = Buffer.concat([this.#part, chunk.subarray(start, end)]);
    this.#partCuts = this.#lane.inFlight.cuts;
    return true;
  }

  /**
   * Looks at the reply of the request at the front, whose last bytes are `chunk[start, end)`. True when it is dealt
   * with: the request has been refused and is off the queue, or the reply was not its own yet.
   */
  takes(request: Request, chunk: Uint8Array, start: number, end: number): boolean {
    if (chunk[start] !== ERROR && this.#part.length === 0) {
      this.#pass(request);
      return false;
    }
    const whole = this.#wholeOf(chunk, start, end);
    const refusal = whole === null ? readRefusal(chunk, start, end) : readRefusal(whole, 0, whole.length);
    if (request.swallow > 0) {
      if (refusal !== null) this.#inBlock = refusal;
      request.swallow--;
      return true;
    }
    const isBlockRefused = this.#inBlock !== null &&
      (whole === null ? isAborted(chunk, start, end) : isAborted(whole, 0, whole.length));
    const reason = refusal ?? (isBlockRefused ? this.#inBlock : null);
    this.#inBlock = null;
    if (reason !== null && this.#redirects.concern(request)) {
      this.#refuse(request, reason);
      return true;
    }
    this.#pass(request);
    // Nobody has seen the beginning of what is no refusal.
    if (whole !== null) this.#giveBack(request, whole, end - start);
    return false;
  }

  /** What was sent and is answered need not be kept any more. */
  settle(): void {
    const { outbox, inFlight } = this.#lane;
    outbox.forget(inFlight.front?.sentAt ?? outbox.position);
  }

  /** A request gets no reply. Unless it may have been run, or is overdue, it goes on its way again. */
  fail(request: Request, failure: Failure, server: ServerCounters | null): void {
    const { outbox } = this.#lane;
    const isUnsent = request.sentAt >= outbox.written;
    if (this.#lane.isShared && this.#redirects.mayRepeat(request, failure, isUnsent)) {
      this.#redirects.unanswered(this.#lane, this.#server, request, this.#bytesOf(request), failure);
    } else {
      this.#redirects.fail(request, failure, server);
    }
  }

  /** The request at the front has been run, before those that wait somewhere. */
  #pass(request: Request): void {
    if (!this.#redirects.isAlert || request.swallow > 0) return;
    const { inFlight, outbox } = this.#lane;
    const bytes = outbox.kept!.copy(request.sentAt, inFlight.secondSentAt ?? outbox.position);
    this.#redirects.passed(request, bytes);
  }

  #refuse(request: Request, refusal: Refusal): void {
    const { inFlight, outbox } = this.#lane;
    const bytes = outbox.kept!.copy(request.sentAt, inFlight.secondSentAt ?? outbox.position);
    if (inFlight.shift() !== null) this.#redirects.refused(this.#lane, this.#server, request, bytes, refusal);
  }

  /** Of a request that has just been taken off the front. */
  #bytesOf(request: Request): Buffer {
    const { inFlight, outbox } = this.#lane;
    return outbox.kept!.copy(request.sentAt, inFlight.front?.sentAt ?? outbox.position);
  }

  /** The reply in one piece, when its beginning came earlier; null when all of it is in the chunk. */
  #wholeOf(chunk: Uint8Array, start: number, end: number): Buffer | null {
    const part = this.#partCuts === this.#lane.inFlight.cuts ? this.#part : NOTHING;
    this.#part = NOTHING;
    return part.length === 0 ? null : Buffer.concat([part, chunk.subarray(start, end)]);
  }

  /** Has the beginning of an error stand where the inbox looks for it; the last `rest` bytes are still to be added. */
  #giveBack(request: Request, whole: Buffer, rest: number): void {
    request.state = PARTIAL;
    request.held = new HeldBytes();
    request.held.add(whole, 0, whole.length - rest);
  }
}
