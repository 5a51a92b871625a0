/** Random replies of all types, nested, cut anywhere: the scanner finds the ends that a naive parser finds. */
import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { cutAt } from "../support/cuts.ts";
import { parseResp } from "../support/resp.ts";
import { array, bulk, integer, map, nullArray, nullBulk, scalar, simple } from "../support/resp_encoder.ts";
import { SEED } from "../support/seed.ts";
import { scanReplies } from "../unit/protocol/redis/scan_replies.ts";

const OPTIONS = { seed: SEED, numRuns: 2000 };

const line = fc.string({ unit: fc.constantFrom(..."abc \n"), maxLength: 10 });
const body = fc.oneof(
  fc.string({ unit: fc.constantFrom("\r\n", "$", "*", "1", "a"), maxLength: 20, size: "max" }),
  fc.uint8Array({ maxLength: 120, size: "max" }),
);

const { reply } = fc.letrec<{ reply: Buffer; leaf: Buffer; nest: Buffer; pair: [Buffer, Buffer] }>((tie) => {
  const items = fc.array(tie("reply"), { maxLength: 5 });
  const pairs = fc.array(tie("pair"), { maxLength: 3 });
  return {
    leaf: fc.oneof(
      line.map(simple),
      line.map((text) => scalar("-", text)),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(integer),
      fc.constantFrom(nullBulk(), nullArray(), scalar("_"), scalar("#", "t"), scalar("#", "f")),
      fc.constantFrom("1.5", "inf", "-inf", "1e-9").map((text) => scalar(",", text)),
      fc.bigInt().map((value) => scalar("(", String(value))),
      body.map((bytes) => bulk(bytes)),
      body.map((bytes) => bulk(bytes, "!")),
      body.map((bytes) => bulk(Buffer.concat([Buffer.from("txt:"), Buffer.from(bytes)]), "=")),
      fc.array(body, { maxLength: 3 }).map(streamedString),
    ),
    nest: fc.oneof(
      ...["*", "~"].map((sign) => items.map((all) => array(all, sign))),
      pairs.map((all) => map(all)),
      ...["*", "~"].map((sign) => items.map((all) => streamed(sign, all))),
      pairs.map((all) => streamed("%", all.flat())),
      fc.tuple(pairs, tie("reply")).map(([all, value]) => Buffer.concat([map(all, "|"), value])),
    ),
    pair: fc.tuple(tie("leaf"), tie("reply")),
    reply: fc.oneof({ maxDepth: 5 }, tie("leaf"), tie("nest")),
  };
});

function streamedString(parts: readonly (string | Uint8Array)[]): Buffer {
  const chunks = parts.filter((part) => part.length > 0).map((part) => bulk(part, ";"));
  return Buffer.concat([Buffer.from("$?\r\n"), ...chunks, Buffer.from(";0\r\n")]);
}

function streamed(sign: string, elements: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from(`${sign}?\r\n`), ...elements, Buffer.from(".\r\n")]);
}

const stream = fc.array(reply, { maxLength: 5 }).map((replies) => Buffer.concat(replies));
const cuts = fc.array(fc.nat(), { maxLength: 12 });

function cutAnywhere(bytes: Buffer, places: readonly number[]): ReturnType<typeof cutAt> {
  return cutAt(bytes, places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b));
}

/** The replies in `bytes` as the naive parser sees them, and what it leaves. */
function naiveReplies(bytes: Buffer): { replies: string[]; rest: string } {
  const replies: string[] = [];
  let at = 0;
  for (
    let parsed;
    (parsed = at < bytes.length ? parseResp(bytes, at, "latin1") : null) !== null;
    at = parsed.end
  ) {
    replies.push(bytes.toString("latin1", at, parsed.end));
  }
  return { replies, rest: bytes.toString("latin1", at) };
}

test("ReplyScanner finds the ends that a naive parser finds, however the stream is cut", () => {
  fc.assert(
    fc.property(stream, cuts, (bytes, places) => {
      expect(scanReplies(cutAnywhere(bytes, places))).toEqual({ ...naiveReplies(bytes), broken: false });
    }),
    OPTIONS,
  );
});

test("ReplyScanner waits where a naive parser does when the stream stops anywhere", () => {
  fc.assert(
    fc.property(stream, fc.nat(), cuts, (whole, place, places) => {
      const bytes = whole.subarray(0, place % (whole.length + 1));
      expect(scanReplies(cutAnywhere(bytes, places))).toEqual({ ...naiveReplies(bytes), broken: false });
    }),
    OPTIONS,
  );
});

test("ReplyScanner finds the same in a damaged stream, however it is cut", () => {
  const byte = fc.constantFrom(..."\r\n*$%~>|=!_#,(+-:?;.0123456789a\xff");
  fc.assert(
    fc.property(stream, fc.nat(), byte, cuts, (bytes, place, instead, places) => {
      const hurt = Buffer.from(bytes);
      hurt.write(instead, place % (bytes.length + 1), "latin1");
      expect(scanReplies(cutAnywhere(hurt, places))).toMatchObject(foundInWhole(hurt));
    }),
    OPTIONS,
  );
});

/** What is found in one chunk; how much follows a fault depends on how the stream was cut. */
function foundInWhole(bytes: Buffer): object {
  const { replies, rest, broken } = scanReplies(cutAt(bytes, []));
  return broken ? { replies, broken } : { replies, rest, broken };
}
