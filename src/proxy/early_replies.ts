/**
 * Replies that came before their turn refer to the chunk they came in. Most leave within the next turn; those that
 * don't, and are small beside their chunk, are copied out here so that they don't keep it alive. The fragments of an
 * MGET nearly always wait a turn for each other: copying them at once cost it 5%.
 */
import { release } from "../protocol/chunk_holds.ts";
import { type EndsTurn, turn } from "../transport/turn.ts";
import { DONE, type Request } from "./request.ts";

/** A reply smaller than its chunk by this factor is copied. */
const SMALL_FACTOR = 8;

/** The early replies of a worker, for two turns. */
export class EarlyReplies implements EndsTurn {
  #current: Request[] = [];
  #previous: Request[] = [];
  #marked = false;

  /** Notes a request that has just become DONE with `bytes` set. */
  add(request: Request): void {
    this.#current.push(request);
    if (this.#marked) return;
    this.#marked = true;
    turn.atEnd(this);
  }

  /** Copies out what has waited since an earlier turn; also called by the worker's tick, when nothing else happens. */
  endTurn(): void {
    this.#marked = false;
    const waited = this.#previous;
    for (let i = 0; i < waited.length; i++) copyOut(waited[i]!);
    waited.length = 0;
    this.#previous = this.#current;
    this.#current = waited;
  }

  turnFailed(error: Error): void {
    throw error;
  }
}

function copyOut(request: Request): void {
  const { bytes, start, end } = request;
  if (request.state !== DONE || bytes === null || (end - start) * SMALL_FACTOR > bytes.length) return;
  request.bytes = Buffer.from(bytes.subarray(start, end));
  release(bytes);
  request.start = 0;
  request.end = end - start;
}
