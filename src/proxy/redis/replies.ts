/**
 * Replies the proxy writes itself. What differs between the versions of RESP takes the version; the rest is the same
 * in both.
 */
import type { RespVersion } from "../../protocol/redis/resp_version.ts";

/** `+text`. */
export function simpleReply(text: string): Uint8Array {
  return Buffer.from(`+${text}\r\n`);
}

/** `+OK`. */
export const OK = simpleReply("OK");

/** `-text`; the text begins with its code, such as ERR. Line breaks in it become spaces. */
export function errorReply(text: string): Uint8Array {
  return Buffer.from(`-${text.replace(/[\r\n]/g, " ")}\r\n`, "latin1");
}

/** `:value`. */
export function integerReply(value: number): Uint8Array {
  return Buffer.from(`:${value}\r\n`);
}

/** A bulk string. */
export function bulkReply(value: Uint8Array | string): Uint8Array {
  const bytes = typeof value === "string" ? Buffer.from(value) : value;
  return Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from("\r\n")]);
}

/** Null: in RESP2 the null bulk string. */
export function nullReply(version: RespVersion): Uint8Array {
  return Buffer.from(version === 2 ? "$-1\r\n" : "_\r\n");
}

/** Text for people: in RESP2 a bulk string. */
export function verbatimReply(version: RespVersion, text: string): Uint8Array {
  if (version === 2) return bulkReply(text);
  return Buffer.from(`=${Buffer.byteLength(text) + 4}\r\ntxt:${text}\r\n`);
}

/** Keys and values in turn: in RESP2 an array. */
export function mapReply(version: RespVersion, keysAndValues: readonly Uint8Array[]): Uint8Array {
  if (version === 2) return arrayReply(keysAndValues);
  return Buffer.concat([Buffer.from(`%${keysAndValues.length / 2}\r\n`), ...keysAndValues]);
}

/** Elements in no order: in RESP2 an array. */
export function setReply(version: RespVersion, elements: readonly Uint8Array[]): Uint8Array {
  if (version === 2) return arrayReply(elements);
  return Buffer.concat([Buffer.from(`~${elements.length}\r\n`), ...elements]);
}

/** An array of replies. */
export function arrayReply(replies: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([Buffer.from(`*${replies.length}\r\n`), ...replies]);
}
