import { expect, test } from "bun:test";
import { readCursor, readPosition, writeCursor } from "../../../../src/protocol/redis/scan_cursor.ts";

const LARGEST = 2 ** 43 - 1;

test("readCursor is where writeCursor said it is, for every server, position and stamp", () => {
  for (const server of [1, 2, 511, 1023]) {
    for (const [stamps, stamp] of [[1, 0], [256, 0], [256, 1], [256, 255]] as const) {
      for (const position of [0, 1, 1023, 1024, 2 ** 32, Math.floor(LARGEST / stamps)]) {
        const cursor = writeCursor({ server, position, stamp }, stamps);
        expect(Number(cursor)).toBeLessThan(2 ** 53);
        expect(String(Number(cursor))).toBe(cursor);
        expect(readCursor(cursor, stamps)).toEqual({ server, position, stamp });
      }
    }
  }
});

test("readCursor is the beginning, and writeCursor the end, when the cursor is 0", () => {
  for (const stamps of [1, 256]) {
    expect(readCursor("0", stamps)).toEqual({ server: 0, position: 0, stamp: 0 });
    expect(writeCursor({ server: 0, position: 0, stamp: 0 }, stamps)).toBe("0");
  }
});

test("readCursor is null when the cursor was never given", () => {
  const invalid = ["", "x", "1x", " 1", "-1", "+1", "1.5", "1e3", "0x10", "1024", "2048", String(2 ** 53)];
  for (const text of [...invalid, "18446744073709551615", "9".repeat(30)]) {
    expect(readCursor(text, 1)).toBeNull();
  }
});

test("readPosition is null when a server's cursor doesn't fit", () => {
  expect(readPosition("0", 1)).toBe(0);
  expect(readPosition(String(LARGEST), 1)).toBe(LARGEST);
  expect(readPosition(String(2 ** 35 - 1), 256)).toBe(2 ** 35 - 1);
  expect(readPosition(String(2 ** 35), 256)).toBeNull();
  for (const text of [String(LARGEST + 1), "18446744073709551615", "-1", "", "x", "9".repeat(30)]) {
    expect(readPosition(text, 1)).toBeNull();
  }
});
