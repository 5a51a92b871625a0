import { expect, test } from "bun:test";
import { crc16 } from "../../../src/hash/crc16.ts";
import { crc16Xmodem } from "../../../src/hash/crc16_xmodem.ts";
import { Random } from "../../support/seed.ts";

test("crc16Xmodem is the catalogue's check value for its check string", () => {
  const bytes = Buffer.from("123456789");
  expect(crc16Xmodem(bytes, 0, bytes.length)).toBe(0x31c3);
});

test("crc16Xmodem is the low half of nutcracker's, of any range of any bytes", () => {
  const random = new Random("crc");
  for (let round = 0; round < 500; round++) {
    const bytes = random.bytes(random.integer(0, 70));
    const start = random.integer(0, bytes.length);
    const end = random.integer(start, bytes.length);
    expect(crc16Xmodem(bytes, start, end)).toBe(crc16(bytes, start, end) & 0xffff);
  }
});
