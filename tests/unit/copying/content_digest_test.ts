import { describe, expect, test } from "bun:test";
import { ContentDigest } from "../../../src/copying/content_digest.ts";
import type { Element, PlainType } from "../../../src/copying/elements.ts";
import { Random } from "../../support/seed.ts";

const element = (key: string, value: string | null = null, expiresAtMs: number | null = null): Element => ({
  key: Buffer.from(key),
  value: value === null ? null : Buffer.from(value),
  expiresAtMs,
});

function digestOf(type: PlainType, ...batches: readonly (readonly Element[])[]): string {
  const digest = new ContentDigest(type);
  for (const batch of batches) digest.add(batch);
  return digest.finish().digest;
}

describe("ContentDigest", () => {
  test("is the same for unordered values in any order, in any batches, with elements told twice", () => {
    const random = new Random("digest");
    const elements = Array.from({ length: 500 }, (_, i) => element(`k${i}`, `${i}`));
    for (const type of ["set", "hash", "zset"] as const) {
      const shuffled = elements.map((each) => ({ each, at: random.next() })).sort((a, b) => a.at - b.at);
      const other = shuffled.map(({ each }) => each);
      const again = digestOf(type, other.slice(0, 77), other.slice(50), other.slice(400));
      expect(again).toBe(digestOf(type, elements));
    }
    const digest = new ContentDigest("hash");
    digest.add([...elements, ...elements]);
    expect(digest.finish().count).toBe(500);
  });

  test("differs by any element, by order where it counts, and by type", () => {
    const [a, b, ab] = [element("a"), element("b"), element("ab")];
    const differing = [
      digestOf("set", [a, b]),
      digestOf("set", [ab]),
      digestOf("set", [a]),
      digestOf("set"),
      digestOf("list", [a, b]),
      digestOf("list", [b, a]),
      digestOf("list", [ab]),
      digestOf("list", [a, a, b]),
      digestOf("string", [ab]),
      digestOf("hash", [element("a", "b")]),
      digestOf("hash", [element("b", "a")]),
      digestOf("hash", [element("ab", "")]),
      digestOf("hash", [element("a", "b", 1)]),
      digestOf("hash", [element("a", "b", 2)]),
    ];
    expect(new Set(differing).size).toBe(differing.length);
  });

  test("cuts strings anywhere, and takes scores for numbers", () => {
    expect(digestOf("string", [element("abc")], [element("d")])).toBe(
      digestOf("string", [element("a")], [element("bcd")]),
    );
    const zset = (score: string) => digestOf("zset", [element("m", score)]);
    expect(zset("0.10000000000000001")).toBe(zset("0.1"));
    expect(zset("1e3")).toBe(zset("1000"));
    expect(
      new Set([zset("inf"), zset("-inf"), zset("0.2"), zset("0.1"), zset("1.7976931348623157e308")]).size,
    ).toBe(5);
  });
});
