import { describe, expect, test } from "bun:test";
import { SlotHash } from "../../../../src/routing/slots/slot_hash.ts";

const CODIS = new SlotHash("codis");
const CRC16 = new SlotHash("crc16");

function slotOf(hash: SlotHash, key: string): number {
  const bytes = Buffer.from(`}{x{${key}}{}`);
  return hash.slotOf(bytes, 4, 4 + Buffer.byteLength(key));
}

/** Key and slot, as Codis has them. */
const CODIS_VECTORS: [string, number][] = [
  ["a", 579],
  ["b", 1017],
  ["c", 879],
  ["key", 937],
  ["key1", 80],
  ["key2", 490],
  ["123456789", 294],
  ["foo{bar}{zap}", 170],
  ["{{x}}", 972],
  ["{}", 0],
  ["{}x", 0],
  ["", 0],
  ["x{a}y", 579],
  ["{b}{a}", 1017],
  ["}{c}", 879],
];

/** Key and slot, as `CLUSTER KEYSLOT` says. */
const CLUSTER_VECTORS: [string, number][] = [
  ["123456789", 12739],
  ["foo", 12182],
  ["bar", 5061],
  ["{bar}", 5061],
  ["foo{bar}{zap}", 5061],
  ["foo{{bar}}zap", 4015],
  ["{}", 15257],
  ["foo{}{bar}", 8363],
  ["", 0],
];

describe("SlotHash", () => {
  test.each(CODIS_VECTORS)("puts %j where Codis does", (key, slot) => {
    expect(slotOf(CODIS, key)).toBe(slot);
  });

  test.each(CLUSTER_VECTORS)("puts %j where Redis Cluster does", (key, slot) => {
    expect(slotOf(CRC16, key)).toBe(slot);
  });

  test("hashes a key without a whole tag as it is", () => {
    for (const hash of [CODIS, CRC16]) {
      for (const key of ["{abc", "abc}", "}abc{", "ab}c{d"]) {
        const bytes = Buffer.from(key);
        hash.slotOf(bytes, 0, bytes.length);
        expect([key, hash.start, hash.end]).toEqual([key, 0, bytes.length]);
      }
    }
  });

  test("uses every slot", () => {
    for (const hash of [CODIS, CRC16]) {
      const seen = new Set<number>();
      for (let i = 0; i < hash.count * 16; i++) seen.add(slotOf(hash, `user:${i}`));
      expect(seen.size).toBe(hash.count);
      expect(Math.max(...seen)).toBe(hash.count - 1);
    }
  });
});
