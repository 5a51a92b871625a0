/**
 * Requests of one session that were refused and have to wait: they go out one by one, in the order they were asked, so
 * that none overtakes another. The session asks for nothing new meanwhile.
 */
import type { Failure } from "../failure.ts";
import type { Request } from "../request.ts";
import { askedAs } from "./asked.ts";

/** A request that goes out again. */
export interface Retry {
  readonly request: Request;
  readonly bytes: Uint8Array;
  /** Its keys, one character per byte. */
  readonly keys: readonly string[];
  /** The name of the node that had it last. */
  readonly server: string;
  /** Whether it may wait at a server for what other clients do. */
  readonly isBlocking: boolean;
  /** What its client is told when it is too late. */
  readonly failure: Failure;
}

/** The queue of one session. */
export class RetryQueue {
  /** Those that wait, the first to go out in front. */
  readonly waiting: Retry[] = [];
  /** The one that is out. */
  current: Request | null = null;
  /** When the next may go out. */
  dueMs = 0;

  /** Whether nothing waits and nothing is out. */
  get isEmpty(): boolean {
    return this.current === null && this.waiting.length === 0;
  }

  /** Whether a request waits here, or is a split one of which a part does. */
  has(request: Request): boolean {
    return this.waiting.some((retry) => askedAs(retry.request) === request);
  }

  /** Takes off one that waits. */
  remove(retry: Retry): void {
    this.waiting.splice(this.waiting.indexOf(retry), 1);
  }

  /** Adds a request; one that was out already is the first again. */
  add(retry: Retry, dueMs: number): void {
    if (this.current === retry.request) {
      this.current = null;
      this.waiting.unshift(retry);
    } else {
      this.waiting.push(retry);
    }
    this.dueMs = dueMs;
  }
}
