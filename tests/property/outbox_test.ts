/** Outboxes against their naive twins, arrays of bytes: several at a time, because they share staging buffers. */
import { describe, expect, test } from "bun:test";
import { Budget } from "../../src/transport/budget.ts";
import { Outbox, type Sink } from "../../src/transport/outbox.ts";
import { Random, SEED } from "../support/seed.ts";

const OUTBOXES = 4;
const KB = 1024;
const SIZES = [1, 5, 24, 25, 100, 3 * KB, 5 * KB, 24 * KB, 24 * KB + 1, 40 * KB, 70 * KB];

/** Takes up to `room` bytes in all, as a socket whose buffer fills. */
class Socket implements Sink {
  readonly taken: Uint8Array[] = [];
  room = 0;
  closed = false;

  write(bytes: Uint8Array, start: number, length: number): number {
    if (this.closed) return -1;
    const size = Math.min(this.room, length);
    // A copy: staging buffers are used again.
    this.taken.push(Uint8Array.from(bytes.subarray(start, start + size)));
    this.room -= size;
    return size;
  }
}

/** An outbox beside its twin. */
class Pair {
  readonly outbox: Outbox;
  readonly #socket = new Socket();
  /** What was appended and neither written nor dropped. */
  #waiting = Buffer.alloc(0);
  /** What the twin has given to the socket, and what the socket got. */
  #expected: Uint8Array[] = [];
  #position = 0;

  constructor(budget: Budget) {
    this.outbox = new Outbox(budget);
  }

  append(bytes: Uint8Array, start: number, end: number): void {
    this.outbox.append(bytes, start, end);
    this.#add(bytes.subarray(start, end));
  }

  appendHeader(mark: string, value: number): void {
    this.outbox.appendHeader(mark.charCodeAt(0), value);
    this.#add(Buffer.from(`${mark}${value}\r\n`));
  }

  write(room: number): void {
    this.#socket.room = room;
    const size = Math.min(room, this.#waiting.length);
    expect(this.outbox.writeTo(this.#socket)).toBe(size === this.#waiting.length ? "empty" : "blocked");
    this.#expected.push(this.#waiting.subarray(0, size));
    this.#drop(size);
  }

  writeToClosed(): void {
    this.#socket.closed = true;
    expect(this.outbox.writeTo(this.#socket)).toBe(this.#waiting.length === 0 ? "empty" : "closed");
    this.#socket.closed = false;
  }

  dropUntil(position: number): void {
    this.outbox.dropUntil(position);
    this.#drop(
      Math.min(this.#waiting.length, Math.max(0, position - (this.#position - this.#waiting.length))),
    );
  }

  clear(): void {
    this.outbox.clear();
    this.#waiting = Buffer.alloc(0);
  }

  check(): void {
    const { bytes, position, written } = this.outbox;
    const waiting = this.#waiting.length;
    expect({ bytes, position, written })
      .toEqual({ bytes: waiting, position: this.#position, written: this.#position - waiting });
    expect(Buffer.concat(this.#socket.taken).equals(Buffer.concat(this.#expected))).toBeTrue();
    this.#socket.taken.length = 0;
    this.#expected = [];
  }

  #add(bytes: Uint8Array): void {
    this.#waiting = Buffer.concat([this.#waiting, bytes]);
    this.#position += bytes.length;
  }

  #drop(size: number): void {
    this.#waiting = this.#waiting.subarray(size);
  }
}

function act(pair: Pair, random: Random): void {
  const action = random.integer(0, 99);
  if (action < 45) {
    const size = random.pick(SIZES);
    const bytes = Buffer.alloc(size + 20, random.bytes(13));
    const start = random.integer(0, 20);
    pair.append(bytes, start, start + size);
  } else if (action < 60) {
    pair.appendHeader(random.pick(["*", "$"]), Math.floor(random.next() * 10 ** random.integer(0, 16)));
  } else if (action < 85) {
    pair.write(random.pick([0, 1, 10, 2 * KB, 20 * KB, 64 * KB, 10 * KB * KB]));
  } else if (action < 88) {
    pair.writeToClosed();
  } else if (action < 97) {
    const { written, position } = pair.outbox;
    pair.dropUntil(random.integer(written - 10, position));
  } else {
    pair.clear();
  }
}

describe("Outboxes write what their twins do", () => {
  test.each(Array.from({ length: 20 }, (_, i) => i))("in random round %d", (round) => {
    const random = new Random(`outboxes ${round}`);
    const budget = new Budget(Infinity, () => {});
    const pairs = Array.from({ length: OUTBOXES }, () => new Pair(budget));
    for (let step = 0; step < 300; step++) {
      try {
        act(random.pick(pairs), random);
        for (const pair of pairs) pair.check();
      } catch (error) {
        throw new Error(`SEED=${SEED}, step ${step}: ${(error as Error).message}`);
      }
      for (const { outbox } of pairs) outbox.account();
      expect(budget.used).toBe(pairs.reduce((sum, { outbox }) => sum + outbox.bytes, 0));
    }
    for (const pair of pairs) {
      pair.write(Infinity);
      pair.check();
    }
    expect(budget.used).toBe(0);
  });
});
