import { describe, expect, test } from "bun:test";
import { HeldBytes } from "../../../src/protocol/held_bytes.ts";
import { Random } from "../../support/seed.ts";

const KB = 1024;

/** Adds so many bytes in pieces of this size, each the whole of its chunk. */
function fill(held: HeldBytes, total: number, pieceBytes: number, random: Random): Buffer {
  const all = Buffer.from(random.bytes(total));
  for (let at = 0; at < total; at += pieceBytes) {
    const chunk = Buffer.from(all.subarray(at, at + pieceBytes));
    held.add(chunk, 0, chunk.length);
  }
  return all;
}

function read(held: HeldBytes, from: number, to: number): Buffer {
  const start = held.contiguousStart(from, to);
  return Buffer.from(held.contiguous(from, to).subarray(start, start + to - from));
}

describe("HeldBytes gives back what was added", () => {
  const pieceSizes = [1, 7, 511, 512, 513, 16 * KB - 1, 16 * KB, 16 * KB + 1, 40 * KB, 200 * KB];

  test.each(pieceSizes)("in pieces of %d bytes", (pieceBytes) => {
    const random = new Random(`pieces of ${pieceBytes}`);
    const held = new HeldBytes();
    const all = fill(held, Math.min(pieceBytes * 50, 200 * KB), pieceBytes, random);
    expect(held.length).toBe(all.length);
    expect(all.equals(held.join())).toBeTrue();
    for (let round = 0; round < 50; round++) {
      const from = random.integer(0, all.length);
      const to = random.integer(from, Math.min(all.length, from + 2 * pieceBytes));
      expect(read(held, from, to).equals(all.subarray(from, to))).toBeTrue();
      const slices: Uint8Array[] = [];
      held.forEachSlice(from, to, (bytes, start, end) => slices.push(bytes.subarray(start, end)));
      expect(Buffer.concat(slices).equals(all.subarray(from, to))).toBeTrue();
      expect(slices.every((slice) => slice.length > 0)).toBeTrue();
    }
  });

  test("in pieces of any size, out of chunks of any size", () => {
    const random = new Random("pieces of any size");
    for (let round = 0; round < 30; round++) {
      const held = new HeldBytes();
      const expected: Buffer[] = [];
      for (let i = 0; i < 20; i++) {
        const chunk = Buffer.from(random.bytes(random.pick([10, 600, 17 * KB, 40 * KB])));
        const start = random.integer(0, chunk.length);
        const end = random.integer(start, chunk.length);
        held.add(chunk, start, end);
        expected.push(chunk.subarray(start, end));
      }
      expect(Buffer.concat(expected).equals(held.join())).toBeTrue();
    }
  });
});

describe("HeldBytes keeps a piece", () => {
  test("by reference when it is large", () => {
    const held = new HeldBytes();
    const chunk = Buffer.alloc(64 * KB);
    held.add(chunk, 1, chunk.length);
    expect(held.parts.map(({ bytes }) => bytes)).toEqual([chunk]);
    expect(held.contiguous(5, 9)).toBe(chunk);
    expect(held.contiguousStart(5, 9)).toBe(6);
  });

  test.each([["small", 100, 100], ["small beside its chunk", 20 * KB, 400 * KB]])(
    "as a copy when it is %s",
    (_, size, chunkBytes) => {
      const held = new HeldBytes();
      const chunk = Buffer.alloc(chunkBytes, "a");
      held.add(chunk, 0, size);
      chunk.fill("b");
      expect(held.join()).toEqual(Buffer.alloc(size, "a"));
    },
  );

  test("in few buffers, not much larger than what they hold, when pieces are single bytes", () => {
    const held = new HeldBytes();
    fill(held, 100 * KB, 1, new Random("single bytes"));
    const capacity = held.parts.reduce((sum, { bytes }) => sum + bytes.length, 0);
    expect(held.parts.length).toBeLessThan(16);
    expect(capacity).toBeLessThan(116 * KB);
  });
});

describe("HeldBytes.joinIfSmall", () => {
  test("joins up to 64 KB and no more", () => {
    const held = new HeldBytes();
    const all = fill(held, 64 * KB, 20 * KB, new Random("join"));
    expect(all.equals(held.joinIfSmall()!)).toBeTrue();
    held.add(all, 0, 1);
    expect(held.joinIfSmall()).toBeNull();
  });
});

test("HeldBytes is empty after clear and starts from 0", () => {
  const held = new HeldBytes();
  fill(held, 50 * KB, 20 * KB, new Random("before"));
  read(held, 10 * KB, 30 * KB);
  held.clear();
  expect([held.length, held.parts.length, held.join().length]).toEqual([0, 0, 0]);
  const all = fill(held, 50 * KB, 20 * KB, new Random("after"));
  expect(read(held, 10 * KB, 30 * KB).equals(all.subarray(10 * KB, 30 * KB))).toBeTrue();
});

test("HeldBytes leaves parts that were taken over as they are when it is cleared and filled again", () => {
  const held = new HeldBytes();
  const all = fill(held, 600, 100, new Random("taken over"));
  const { parts } = held;
  held.clear();
  fill(held, 600, 100, new Random("filled again"));
  const kept = Buffer.concat(parts.map(({ bytes, start, end }) => bytes.subarray(start, end)));
  expect(all.equals(kept)).toBeTrue();
});
