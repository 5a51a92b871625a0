/** The push that names changed keys: read as a server writes it, wherever it lies. */
import { expect, test } from "bun:test";
import { ReplyScanner } from "../../../../src/protocol/redis/reply_scanner.ts";
import { BROKEN, COMPLETE } from "../../../../src/protocol/scan_status.ts";
import {
  type Changed,
  encodeInvalidation,
  readInvalidation,
} from "../../../../src/proxy/tracking/invalidation.ts";

const CASES: readonly (readonly [written: string, keys: readonly string[] | null])[] = [
  [">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n", ["k"]],
  [">2\r\n$10\r\ninvalidate\r\n*3\r\n$0\r\n\r\n$11\r\n$1\r\nk\r\n*1\r\n\r\n$2\r\n\xff\x00\r\n", [
    "",
    "$1\r\nk\r\n*1\r\n",
    "\xff\x00",
  ]],
  [">2\r\n$10\r\ninvalidate\r\n_\r\n", null],
];

test.each(CASES)("readInvalidation reads %p, and encodeInvalidation writes it", (written, keys) => {
  const before = Buffer.from("+before\r\n");
  const bytes = Buffer.concat([before, Buffer.from(written, "latin1"), Buffer.from("+behind\r\n")]);
  const end = before.length + written.length;
  const read = readInvalidation(bytes, before.length, end) as Changed;
  expect(read?.map((key) => key.toString("latin1")) ?? null).toEqual(keys as string[] | null);
  expect(encodeInvalidation(read).toString("latin1")).toBe(written);
});

test("readInvalidation is undefined for any other push", () => {
  for (
    const other of [">2\r\n$10\r\nsomethings!\r\n_\r\n", ">3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nb\r\n"]
  ) {
    expect(readInvalidation(Buffer.from(other), 0, other.length)).toBeUndefined();
  }
});

test("ReplyScanner takes pushes only where they are wanted", () => {
  for (const [written] of CASES) {
    const bytes = Buffer.from(written, "latin1");
    const scanner = new ReplyScanner(true);
    expect([scanner.scan(bytes, 0, bytes.length), scanner.next]).toEqual([COMPLETE, bytes.length]);
    expect(new ReplyScanner().scan(bytes, 0, bytes.length)).toBe(BROKEN);
  }
});
