/**
 * The requests of one lane in the order they were sent, which is the order of the replies to come. Those at the
 * front that have expired are *abandoned*: their clients were told, and they stay only to swallow their replies.
 *
 *     front ─▶ [abandoned][abandoned][live][live][live] ◀─ back
 */
import type { Failure } from "./failure.ts";
import type { Preface } from "./preface.ts";
import type { Request } from "./request.ts";
import { SETTLED, STREAMING } from "./request.ts";
import { RequestQueue } from "./request_queue.ts";
import type { ServerCounters } from "./server_counters.ts";

/** What becomes of a request that gets no reply; the pool, or the guard of a lane to a cluster's node. */
export interface FailureTaker {
  /** Answers it with an error; `server` is the one that failed. */
  fail(request: Request, failure: Failure, server: ServerCounters | null): void;
}

/** A lane's FIFO. */
export class InFlight {
  /** Abandoned requests at the front. */
  abandoned = 0;
  /** When the oldest of them was abandoned. */
  abandonedSinceMs = 0;
  /** Grows whenever a connection is lost: what a server was told on it may be forgotten. */
  cuts = 0;
  readonly #queue = new RequestQueue();
  readonly #failures: FailureTaker;
  readonly #server: ServerCounters;

  constructor(failures: FailureTaker, server: ServerCounters) {
    this.#failures = failures;
    this.#server = server;
  }

  /** Abandoned ones included. */
  get length(): number {
    return this.#queue.length;
  }

  /** The request whose reply comes next, or null. */
  get front(): Request | null {
    return this.#queue.peek();
  }

  /** Where the request behind the front one begins in the lane's stream. */
  get secondSentAt(): number | undefined {
    return this.#queue.length > 1 ? this.#queue.at(1).sentAt : undefined;
  }

  /** What its requests need a server to be told first, each once. */
  get prefaces(): Set<Preface> {
    const prefaces = new Set<Preface>();
    for (let i = 0; i < this.#queue.length; i++) {
      const preface = this.#queue.at(i).taker?.preface;
      if (preface !== undefined) prefaces.add(preface);
    }
    return prefaces;
  }

  /** Adds a request that is about to be sent. */
  push(request: Request): void {
    this.#queue.push(request);
  }

  /** Takes the front off, its reply being here; null when it was abandoned and the reply is nobody's. */
  shift(): Request | null {
    const request = this.#queue.shift();
    if (this.abandoned === 0) return request !== null && request.late ? null : request;
    this.abandoned--;
    return null;
  }

  /**
   * Fails the live requests that entered `timeoutMs` ago or earlier; a reply that is being passed on is overdue only
   * when nothing came since `lastReadMs` for as long. Answers how many.
   */
  expire(now: number, timeoutMs: number, lastReadMs: number, failure: Failure): number {
    let expired = 0;
    while (this.abandoned < this.#queue.length) {
      const request = this.#queue.at(this.abandoned);
      if (request.enteredMs + timeoutMs > now) break;
      if (request.state === STREAMING && now - lastReadMs < timeoutMs) {
        this.#failBehind(now - timeoutMs, failure);
        break;
      }
      if (this.abandoned === 0) this.abandonedSinceMs = now;
      this.abandoned++;
      expired++;
      if (!request.late) this.#fail(request, failure);
    }
    return expired;
  }

  /** How long the reply of an abandoned request is overdue with nothing read in between; -1 when there is none. */
  silentMs(now: number, lastReadMs: number): number {
    return this.abandoned === 0 ? -1 : now - Math.max(lastReadMs, this.abandonedSinceMs);
  }

  /**
   * Fails what entered at `limitMs` or earlier and waits behind a reply that is still coming. The server has not
   * failed, so that counts nothing; they stay to swallow their replies.
   */
  #failBehind(limitMs: number, failure: Failure): void {
    for (let i = this.abandoned + 1; i < this.#queue.length; i++) {
      const request = this.#queue.at(i);
      if (request.enteredMs > limitMs) return;
      if (request.late) continue;
      request.late = true;
      this.#fail(request, failure);
    }
  }

  /** How many requests have their first byte before `position` in the lane's stream. */
  countBefore(position: number): number {
    let low = 0;
    let high = this.#queue.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#queue.at(middle).sentAt < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Forgets the abandoned ones, when it is known that no replies to them will come. */
  dropAbandoned(): void {
    for (; this.abandoned > 0; this.abandoned--) this.#queue.shift();
  }

  /** Fails all requests whose first byte stands before `position` in the lane's stream. Answers how many, abandoned ones included. */
  failBefore(position: number, failure: Failure): number {
    this.cuts++;
    let failed = 0;
    while (this.#queue.length > 0 && this.#queue.peek()!.sentAt < position) {
      const request = this.shift();
      if (request !== null) this.#fail(request, failure);
      failed++;
    }
    return failed;
  }

  #fail(request: Request, failure: Failure): void {
    if (request.state === STREAMING) {
      request.session!.close(`the server failed in the middle of a reply: ${failure.text}`);
    } else if (request.state !== SETTLED) this.#failures.fail(request, failure, this.#server);
  }
}
