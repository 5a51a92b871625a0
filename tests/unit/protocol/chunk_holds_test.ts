import { describe, expect, test } from "bun:test";
import { hold, release, track } from "../../../src/protocol/chunk_holds.ts";
import { HeldBytes } from "../../../src/protocol/held_bytes.ts";
import { Budget } from "../../../src/transport/budget.ts";
import { Outbox } from "../../../src/transport/outbox.ts";

const KB = 1024;

function trackedChunk(size = 64 * KB): Buffer {
  const chunk = Buffer.alloc(size, "x");
  track(chunk);
  return chunk;
}

/** Its memory can't be read any more. */
function isFree(chunk: Buffer): boolean {
  return chunk.length === 0;
}

describe("a tracked chunk", () => {
  test("is free once its reader lets go, when nobody keeps it", () => {
    const chunk = trackedChunk();
    release(chunk);
    expect(isFree(chunk)).toBeTrue();
  });

  test("stays until the last of its holders lets go", () => {
    const chunk = trackedChunk();
    hold(chunk);
    hold(chunk);
    release(chunk);
    release(chunk);
    expect(isFree(chunk)).toBeFalse();
    release(chunk);
    expect(isFree(chunk)).toBeTrue();
  });

  test("stays while an outbox has some of it to write", () => {
    const chunk = trackedChunk();
    const outbox = new Outbox(new Budget(1e9, () => {}));
    outbox.append(chunk, 0, 30 * KB);
    outbox.append(chunk, 30 * KB, 64 * KB);
    release(chunk);
    let room = 40 * KB;
    const sink = {
      write(_: Uint8Array, _start: number, length: number): number {
        const taken = Math.min(room, length);
        room -= taken;
        return taken;
      },
    };
    expect(outbox.writeTo(sink)).toBe("blocked");
    expect(isFree(chunk)).toBeFalse();
    room = 64 * KB;
    expect(outbox.writeTo(sink)).toBe("empty");
    expect(isFree(chunk)).toBeTrue();
  });

  test("is free when an outbox drops it", () => {
    const chunk = trackedChunk();
    const outbox = new Outbox(new Budget(1e9, () => {}));
    outbox.append(chunk, 0, chunk.length);
    release(chunk);
    outbox.clear();
    expect(isFree(chunk)).toBeTrue();
  });

  test("stays while held bytes refer to it", () => {
    const chunk = trackedChunk();
    const held = new HeldBytes();
    held.add(chunk, 0, chunk.length);
    release(chunk);
    expect(held.join().length).toBe(64 * KB);
    held.clear();
    expect(isFree(chunk)).toBeTrue();
  });

  test("is free at once when held bytes copied what they need of it", () => {
    const chunk = trackedChunk();
    const held = new HeldBytes();
    held.add(chunk, 0, 100);
    release(chunk);
    expect(isFree(chunk)).toBeTrue();
    expect(Buffer.from(held.join()).toString()).toBe("x".repeat(100));
  });
});

test("a small chunk is left to the collector", () => {
  const chunk = trackedChunk(16 * KB - 1);
  release(chunk);
  expect(chunk.length).toBe(16 * KB - 1);
});

test("a buffer that was never tracked is left alone", () => {
  const own = Buffer.alloc(64 * KB);
  hold(own);
  release(own);
  release(own);
  expect(own.length).toBe(64 * KB);
});
