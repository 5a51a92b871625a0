import { describe, expect, test } from "bun:test";
import { ElementMerge, MERGE_OK, MERGE_SUM } from "../../../../src/proxy/redis/merges.ts";
import { type Request, SETTLED } from "../../../../src/proxy/request.ts";
import type { Merge } from "../../../../src/proxy/split.ts";
import { array, bulk, error, integer, nullArray, nullBulk, simple } from "../../../support/resp_encoder.ts";
import { inChunk, LOADING, PLACES, UNEXPECTED, written } from "./fragments.ts";

/** The merged reply as text. */
function merged(merge: Merge, fragments: readonly Request[]): string {
  const result = merge.merge(fragments);
  if (result instanceof Uint8Array) return Buffer.from(result).toString("latin1");
  const text = written((outbox) => result.writeTo(outbox));
  expect(result.heldBytes).toBeGreaterThanOrEqual(text.length - 32);
  return text;
}

/** Element i comes from fragment `fragmentOf[i]`. */
function elementMerge(...fragmentOf: number[]): ElementMerge {
  const sizes: number[] = [];
  for (const fragment of fragmentOf) sizes[fragment] = (sizes[fragment] ?? 0) + 1;
  return new ElementMerge(Uint8Array.from(fragmentOf), sizes);
}

describe.each(PLACES)("With replies %s", (_, place) => {
  test("MERGE_OK says OK once", () => {
    expect(merged(MERGE_OK, [place(simple("OK")), place(simple("OK"))])).toBe("+OK\r\n");
  });

  test.each([integer(1), bulk("OK"), simple("QUEUED"), nullArray()])(
    "MERGE_OK takes %s for no OK",
    (reply) => {
      expect(merged(MERGE_OK, [place(simple("OK")), place(reply)])).toMatch(UNEXPECTED);
    },
  );

  test("MERGE_SUM adds up", () => {
    expect(merged(MERGE_SUM, [3, 0, 12].map((count) => place(integer(count))))).toBe(":15\r\n");
  });

  test.each(["$1\r\n2\r\n", ":\r\n", ":abc\r\n", ":2x\r\n", ":99999999999999999999\r\n"])(
    "MERGE_SUM takes %j for no number",
    (reply) => {
      expect(merged(MERGE_SUM, [place(integer(1)), place(Buffer.from(reply))])).toMatch(UNEXPECTED);
    },
  );

  test("ElementMerge puts elements in the order they were asked for", () => {
    const fragments = [
      array([bulk("a"), nullBulk(), bulk("c")]),
      array([bulk("d"), bulk("e")]),
      array([bulk("")]),
    ];
    const expected = array([bulk("a"), bulk("d"), nullBulk(), bulk("c"), bulk(""), bulk("e")]);
    expect(merged(elementMerge(0, 1, 0, 0, 2, 1), fragments.map(place))).toBe(expected.toString());
  });

  test("ElementMerge passes long elements on beside short ones", () => {
    const long = bulk("l".repeat(80 * 1024));
    const fragments = [array([long, bulk("a"), long]), array([bulk("b"), long])];
    const expected = array([long, bulk("b"), bulk("a"), long, long]);
    expect(merged(elementMerge(0, 1, 0, 1, 0), fragments.map(place)) === expected.toString()).toBeTrue();
  });

  test.each([
    ["MERGE_OK", () => MERGE_OK, simple("OK")],
    ["MERGE_SUM", () => MERGE_SUM, integer(1)],
    ["ElementMerge", () => elementMerge(0, 1, 2), array([bulk("a")])],
  ])("%s answers with the first error when fragments failed", (_name, merge, good) => {
    const moved = error("MOVED 1 a:1");
    const fragments = [good, LOADING, moved].map(place);
    expect(merged(merge(), fragments)).toBe(LOADING.toString());
  });

  test.each([
    ["is no array", [array([bulk("a")]), simple("OK")]],
    ["is null", [array([bulk("a")]), nullArray()]],
    ["is empty", [array([bulk("a")]), array([])]],
    ["has too many elements", [array([bulk("a"), bulk("b")]), array([bulk("c")])]],
    ["lacks what another has too many", [array([bulk("a"), bulk("b")]), array([])]],
  ])("ElementMerge says so when a reply %s", (_name, replies) => {
    expect(merged(elementMerge(0, 1), replies.map(place))).toMatch(UNEXPECTED);
  });
});

test("ElementMerge keeps the fragments until it has written them, and lets go of them then", () => {
  const fragments = [inChunk(array([bulk("a")])), inChunk(array([bulk("b")]))];
  const merge = elementMerge(1, 0);
  expect(merge.merge(fragments)).toBe(merge);
  expect(merge.heldBytes).toBe(fragments.reduce((sum, { start, end }) => sum + end - start, 0));
  expect(fragments.map(({ bytes }) => bytes !== null)).toEqual([true, true]);
  written((outbox) => merge.writeTo(outbox));
  expect(fragments.map(({ state, bytes, body }) => [state, bytes, body])).toEqual(
    Array(2).fill([SETTLED, null, null]),
  );
});

test("ElementMerge takes more fragments than a byte can number", () => {
  const fragments = Array.from({ length: 300 }, (_, i) => inChunk(array([bulk(`v${i}`)])));
  const merge = new ElementMerge(Int32Array.from({ length: 300 }, (_, i) => 299 - i), Array(300).fill(1));
  const expected = array(Array.from({ length: 300 }, (_, i) => bulk(`v${299 - i}`)));
  expect(merged(merge, fragments)).toBe(expected.toString());
});
