import { expect, test } from "bun:test";
import { HeldBytes } from "../../../src/protocol/held_bytes.ts";
import { HeldReply } from "../../../src/proxy/held_reply.ts";
import { written } from "./redis/fragments.ts";

test("HeldReply counts and writes all parts in their order", () => {
  const held = new HeldBytes();
  const pieces = [10, 30 * 1024, 5, 40 * 1024, 1].map((size, i) => Buffer.alloc(size, `${i}`));
  for (const piece of pieces) held.add(piece, 0, piece.length);
  const all = Buffer.concat(pieces).toString();
  const reply = new HeldReply(held);
  expect(reply.heldBytes).toBe(all.length);
  expect(written((outbox) => reply.writeTo(outbox)) === all).toBeTrue();
});
