import { describe, expect, test } from "bun:test";
import { giveBuffer, LARGE_BUFFER, SMALL_BUFFER, takeBuffer } from "../../../src/transport/buffer_pool.ts";

describe.each([["small", false, SMALL_BUFFER], ["large", true, LARGE_BUFFER]])(
  "takeBuffer for a %s one",
  (_, wantLarge, size) => {
    test("gives one of that size that nobody else has", () => {
      const taken = Array.from({ length: 3000 }, () => takeBuffer(wantLarge));
      expect(new Set(taken).size).toBe(taken.length);
      expect(new Set(taken.map(({ buffer }) => buffer)).size).toBe(taken.length);
      expect(taken.every((buffer) => buffer.length === size && buffer.buffer.byteLength === size)).toBeTrue();
    });

    test("gives what was given back last, once", () => {
      const buffer = takeBuffer(wantLarge);
      giveBuffer(buffer);
      expect(takeBuffer(wantLarge)).toBe(buffer);
      expect(takeBuffer(wantLarge)).not.toBe(buffer);
    });

    test("gives again only a bounded number of those that came back", () => {
      const given = new Set(Array.from({ length: 3000 }, () => takeBuffer(wantLarge)));
      for (const buffer of given) giveBuffer(buffer);
      const again = Array.from(given, () => takeBuffer(wantLarge)).filter((buffer) => given.has(buffer));
      expect(again.length).toBeGreaterThan(0);
      expect(again.length * size).toBeLessThanOrEqual(4 * 1024 * 1024);
    });
  },
);
