/** First in, first out, in a ring whose size is a power of two; nothing moves when the front leaves. */
import type { Request } from "./request.ts";

const SMALLEST = 8;

/** A queue of request records. Cost: no allocation except when it grows, to twice its size. */
export class RequestQueue {
  /** Records in the queue. */
  length = 0;
  #ring: (Request | null)[] = new Array(SMALLEST).fill(null);
  #head = 0;

  /** Adds a record behind the last. */
  push(request: Request): void {
    if (this.length === this.#ring.length) this.#resize(this.#ring.length * 2);
    this.#ring[(this.#head + this.length) & (this.#ring.length - 1)] = request;
    this.length++;
  }

  /** The front record, or null. */
  peek(): Request | null {
    return this.length === 0 ? null : this.#ring[this.#head]!;
  }

  /** Record `index` from the front; 0 <= index < length. */
  at(index: number): Request {
    return this.#ring[(this.#head + index) & (this.#ring.length - 1)]!;
  }

  /** Takes the front record off; the queue must not be empty. */
  shift(): Request {
    const request = this.#ring[this.#head]!;
    this.#ring[this.#head] = null;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.length--;
    return request;
  }

  /** Takes everything off, front first, and gives back what a flood made it grow to. */
  drain(): Request[] {
    const all: Request[] = [];
    while (this.length > 0) all.push(this.shift());
    this.#ring = new Array(SMALLEST).fill(null);
    this.#head = 0;
    return all;
  }

  #resize(capacity: number): void {
    const ring: (Request | null)[] = new Array(capacity).fill(null);
    for (let i = 0; i < this.length; i++) ring[i] = this.at(i);
    this.#ring = ring;
    this.#head = 0;
  }
}
