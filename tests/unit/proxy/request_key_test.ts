/** The key that is kept for the slow log, from small chunks and from large ones, whose memory is used again. */
import { describe, expect, test } from "bun:test";
import { RequestScanner } from "../../../src/protocol/redis/request_scanner.ts";
import { Request } from "../../../src/proxy/request.ts";
import { keyText, noteKey } from "../../../src/proxy/request_key.ts";
import { command } from "../../support/resp_encoder.ts";
import { WIDE } from "../protocol/redis/scan_requests.ts";

const KB = 1024;

/** A record of a request that came in pieces of so many bytes; whose chunks are overwritten afterwards. */
function record(bytes: Buffer, size: number, overwrite: boolean): Request {
  const scanner = new RequestScanner(WIDE);
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const chunk = Buffer.from(bytes.subarray(at, at + size));
    chunks.push(chunk);
    scanner.scan(chunk, 0, chunk.length);
  }
  const request = new Request(null, null, 0, 0);
  noteKey(request, scanner, 1);
  if (overwrite) { for (const chunk of chunks) chunk.fill(0); }
  return request;
}

describe("noteKey keeps", () => {
  test("the key of a small request where it came in", () => {
    const request = record(command("GET", "the key"), KB, false);
    expect([keyText(request), request.key!.length]).toEqual(["the key", command("GET", "the key").length]);
  });

  test("a key from a large chunk as a copy", () => {
    const large = command("SET", "the key", "v".repeat(20 * KB));
    expect(keyText(record(large, large.length, true))).toBe("the key");
    expect(keyText(record(large, 16, false))).toBe("the key");
  });

  test("keys of many large chunks, each its own", () => {
    const requests = Array.from({ length: 2000 }, (_, i) => {
      const large = command("SET", `${"k".repeat(100)}${i}`, "v".repeat(9 * KB));
      return record(large, large.length, true);
    });
    expect(requests.map(keyText)).toEqual(requests.map((_, i) => `${"k".repeat(100)}${i}`));
  });

  test("the first 128 bytes of a long key, one character each", () => {
    for (const size of [KB, 10 * KB]) {
      const key = Buffer.concat([Buffer.from([0xff, 0, 10]), Buffer.alloc(size, "k")]);
      expect(keyText(record(command("GET", key), 64 * KB, false))).toBe(`\xff\0\n${"k".repeat(125)}`);
    }
  });

  test("nothing where there is no key", () => {
    expect(keyText(new Request(null, null, 0, 0))).toBe("");
  });
});
