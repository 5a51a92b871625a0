import { describe, expect, test } from "bun:test";
import { hashedPart, slotOf } from "../../../../src/routing/cluster/slot.ts";

/** Slots that redis-server 7 gives by CLUSTER KEYSLOT. */
const VECTORS: readonly (readonly [key: string, slot: number])[] = [
  ["", 0],
  ["123456789", 12739],
  ["foo", 12182],
  ["bar", 5061],
  ["hello", 866],
  ["{user1000}.following", 3443],
  ["{user1000}.followers", 3443],
  ["user1000", 3443],
  ["foo{}{bar}", 8363],
  ["foo{{bar}}zap", 4015],
  ["foo{bar}{zap}", 5061],
  ["{}", 15257],
  ["{", 4092],
  ["}a{b", 4079],
  ["a{b", 13340],
  ["{a}", 15495],
];

const bytesOf = (key: string) => Buffer.from(key, "latin1");

describe("slotOf", () => {
  test.each(VECTORS)("gives the slot that Redis gives for %p", (key, slot) => {
    const bytes = bytesOf(key);
    expect(slotOf(bytes, 0, bytes.length)).toBe(slot);
  });

  test("sees nothing of the bytes around the key", () => {
    for (const [key, slot] of VECTORS) {
      const bytes = bytesOf(`{x}${key}}`);
      expect(slotOf(bytes, 3, 3 + key.length)).toBe(slot);
    }
  });

  test.each([
    ["foo", "foo"],
    ["{user1000}.following", "user1000"],
    ["foo{}{bar}", "foo{}{bar}"],
    ["foo{{bar}}zap", "{bar"],
    ["foo{bar}{zap}", "bar"],
    ["}a{b", "}a{b"],
  ])("hashes of %p what hashedPart names, %p", (key, part) => {
    const bytes = bytesOf(`..${key}..`);
    const [start, end] = hashedPart(bytes, 2, 2 + key.length);
    expect(bytes.toString("latin1", start, end)).toBe(part);
  });
});
