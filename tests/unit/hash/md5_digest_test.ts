import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { md5Digest } from "../../../src/hash/md5_digest.ts";

test("md5Digest writes the whole digest when the message has any length around its blocks' ends", () => {
  const digest = new Int32Array(4);
  for (let length = 0; length < 200; length++) {
    const message = Uint8Array.from({ length }, (_, i) => i * 7 + length);
    md5Digest(message, 0, length, digest);
    expect(Buffer.from(digest.buffer).toString("hex")).toBe(createHash("md5").update(message).digest("hex"));
  }
});

test("md5Digest gives the continuum's points when a server's name and number are hashed", () => {
  const digest = new Int32Array(4);
  const label = new TextEncoder().encode("server1-8");
  md5Digest(label, 0, label.length, digest);
  expect(Array.from(digest, (word) => word >>> 0)).toEqual([3853726576, 1491449930, 639619849, 2667054752]);
});
