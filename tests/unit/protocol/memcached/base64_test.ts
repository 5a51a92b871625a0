import { expect, test } from "bun:test";
import { decodeBase64 } from "../../../../src/protocol/memcached/base64.ts";
import { Random } from "../../../support/seed.ts";

function decode(text: string): string | null {
  const bytes = Buffer.from(`7${text}7`);
  const into = new Uint8Array(300);
  const size = decodeBase64(bytes, 1, bytes.length - 1, into);
  return size < 0 ? null : Buffer.from(into.subarray(0, size)).toString("hex");
}

test("decodeBase64 gives back what was encoded", () => {
  const random = new Random("base64");
  for (let length = 1; length <= 180; length++) {
    const bytes = Buffer.from(random.bytes(length));
    expect(decode(bytes.toString("base64"))).toBe(bytes.toString("hex"));
  }
});

test.each(["", "a", "ab", "abc", "ab=c", "a===", "====", "ab!=", "ab-_", "abcde"])(
  "decodeBase64 refuses %j",
  (text) => {
    expect(decode(text)).toBeNull();
  },
);
