/** `invalidate`, the push with which a server says that keys have changed, and a proxy passes it on. */
import { BULK, CR, ZERO } from "../../protocol/redis/bytes.ts";
import { arrayReply, bulkReply, nullReply } from "../redis/replies.ts";

/** The keys that have changed; null: any of them may have. */
export type Changed = readonly Buffer[] | null;

const HEAD = Buffer.from(">2\r\n$10\r\ninvalidate\r\n");

/** The push for a client. */
export function encodeInvalidation(keys: Changed): Buffer {
  return Buffer.concat([HEAD, keys === null ? nullReply(3) : arrayReply(keys.map(bulkReply))]);
}

/**
 * Reads the push `bytes[start, end)`, which is whole. Shape: the keys lie in `bytes`; undefined when it says something
 * else.
 */
export function readInvalidation(bytes: Uint8Array, start: number, end: number): Changed | undefined {
  const push = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
  if (push.compare(HEAD, 0, HEAD.length, 0, HEAD.length) !== 0) return undefined;
  const keys: Buffer[] = [];
  let at = push.indexOf(CR, HEAD.length) + 2;
  // Behind null there is nothing, and an array of no keys is never sent.
  if (at === push.length) return null;
  while (at < push.length) {
    if (push[at] !== BULK) return undefined;
    let length = 0;
    for (at++; push[at] !== CR; at++) length = length * 10 + push[at]! - ZERO;
    keys.push(push.subarray(at + 2, at + 2 + length));
    at += length + 4;
  }
  return keys;
}
