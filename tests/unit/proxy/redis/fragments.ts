/** Answered fragments of split requests, with their replies in all the places where they can be. */
import { HeldBytes } from "../../../../src/protocol/held_bytes.ts";
import { HeldReply } from "../../../../src/proxy/held_reply.ts";
import { DONE, Request } from "../../../../src/proxy/request.ts";
import { Budget } from "../../../../src/transport/budget.ts";
import { Outbox } from "../../../../src/transport/outbox.ts";
import { error } from "../../../support/resp_encoder.ts";

/** What merges say of replies that make no sense together, and an error that servers give. */
export const UNEXPECTED = /^-ERR .*unexpected reply\r\n$/;
export const LOADING = error("LOADING Redis is loading the dataset in memory");

/** Other replies around one in its chunk; whoever reads beyond it gives itself away. */
const BEFORE = "$5\r\nother\r\n";
const BEHIND = ":7\r\n$6\r\nothers\r\n";

/** An answered request whose reply lies in a chunk among others. */
export function inChunk(reply: Uint8Array): Request {
  const request = new Request(null, { take() {} }, 0, 0);
  request.bytes = Buffer.concat([Buffer.from(BEFORE), reply, Buffer.from(BEHIND)]);
  request.start = BEFORE.length;
  request.end = BEFORE.length + reply.length;
  request.state = DONE;
  return request;
}

/** An answered request whose reply came in pieces of this size; above 64 KB it stays in parts. */
export function inParts(reply: Uint8Array, pieceBytes: number): Request {
  const request = new Request(null, { take() {} }, 0, 0);
  const held = new HeldBytes();
  for (let at = 0; at < reply.length; at += pieceBytes) {
    const piece = Buffer.from(reply.subarray(at, at + pieceBytes));
    held.add(piece, 0, piece.length);
  }
  request.body = new HeldReply(held);
  request.state = DONE;
  return request;
}

/** The places where a reply can be, by name. */
export const PLACES: readonly (readonly [name: string, place: (reply: Uint8Array) => Request])[] = [
  ["in a chunk", inChunk],
  ["in single bytes", (reply) => inParts(reply, 1)],
  ["in pieces of 20 KB", (reply) => inParts(reply, 20 * 1024)],
];

/** What is written to an outbox, one character per byte. */
export function written(write: (outbox: Outbox) => void): string {
  const outbox = new Outbox(new Budget(Infinity, () => {}));
  write(outbox);
  return drain(outbox);
}

/** Takes everything out of an outbox, one character per byte. */
export function drain(outbox: Outbox): string {
  let text = "";
  outbox.writeTo({
    write(bytes, start, length) {
      text += Buffer.from(bytes).toString("latin1", start, start + length);
      return length;
    },
  });
  return text;
}
