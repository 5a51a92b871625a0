/**
 * Replies that came before their turn refer to the chunk they came in. Most leave within the turn; those that
 * don't, and are small beside their chunk, are copied out here so that they don't keep it alive.
 */
import { type EndsTurn, turn } from "../transport/turn.ts";
import { DONE, type Request } from "./request.ts";

/** A reply smaller than its chunk by this factor is copied. */
const SMALL_FACTOR = 8;

/** This turn's early replies of a worker. */
export class EarlyReplies implements EndsTurn {
  #requests: Request[] = [];

  /** Notes a request that has just become DONE with `bytes` set. */
  add(request: Request): void {
    if (this.#requests.length === 0) turn.atEnd(this);
    this.#requests.push(request);
  }

  endTurn(): void {
    for (const request of this.#requests) {
      const { bytes, start, end } = request;
      if (request.state !== DONE || bytes === null || (end - start) * SMALL_FACTOR > bytes.length) continue;
      request.bytes = Buffer.from(bytes.subarray(start, end));
      request.start = 0;
      request.end = end - start;
    }
    this.#requests.length = 0;
  }

  turnFailed(error: Error): void {
    throw error;
  }
}
