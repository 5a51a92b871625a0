import { describe, expect, test } from "bun:test";
import { formatSize, parseSize } from "../../../src/config/size.ts";
import { InvalidValue } from "../../../src/config/value.ts";

describe("parseSize", () => {
  const rows: [text: string, bytes: number][] = [
    ["0", 0],
    ["65536", 65536],
    ["64k", 65536],
    ["64kb", 65536],
    ["64KB", 65536],
    ["1m", 1048576],
    ["512mb", 536870912],
    ["2g", 2147483648],
    ["2Gb", 2147483648],
    ["007k", 7168],
  ];
  for (const [text, bytes] of rows) {
    test(`gives ${bytes} when the text is ${text}`, () => expect(parseSize(text)).toBe(bytes));
  }

  for (const text of ["", "k", "-1", "+1", "1.5g", "1 kb", "1tb", "1b", "1kib", "0x10", "1e3"]) {
    test(`refuses ${JSON.stringify(text)}`, () => expect(() => parseSize(text)).toThrow(InvalidValue));
  }
});

describe("formatSize", () => {
  const rows: [bytes: number, text: string][] = [
    [0, "0"],
    [1000, "1000"],
    [1024, "1kb"],
    [1536, "1536"],
    [262144, "256kb"],
    [536870912, "512mb"],
    [1073741824, "1gb"],
  ];
  for (const [bytes, text] of rows) {
    test(`gives ${text} when there are ${bytes} bytes, which parseSize takes back`, () => {
      expect(formatSize(bytes)).toBe(text);
      expect(parseSize(text)).toBe(bytes);
    });
  }
});
