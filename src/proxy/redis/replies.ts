/** Replies the proxy writes itself, as RESP2 bytes. */
import type { Arguments } from "../../protocol/arguments.ts";

const QUOTED_ARGUMENT_BYTES = 128;

/** `+text`. */
export function simpleReply(text: string): Uint8Array {
  return Buffer.from(`+${text}\r\n`);
}

/** `-text`; the text begins with its code, such as ERR. Line breaks in it become spaces. */
export function errorReply(text: string): Uint8Array {
  return Buffer.from(`-${text.replace(/[\r\n]/g, " ")}\r\n`, "latin1");
}

/** `:value`. */
export function integerReply(value: number): Uint8Array {
  return Buffer.from(`:${value}\r\n`);
}

/** A bulk string; null becomes the null bulk string. */
export function bulkReply(value: Uint8Array | string | null): Uint8Array {
  if (value === null) return Buffer.from("$-1\r\n");
  const bytes = typeof value === "string" ? Buffer.from(value) : value;
  return Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from("\r\n")]);
}

/** An array of replies. */
export function arrayReply(replies: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([Buffer.from(`*${replies.length}\r\n`), ...replies]);
}

/** Arguments `from` to `to` in quotes, cut after 128 bytes, for an error text that names what was sent. */
export function quoteArguments(args: Arguments, from: number, to: number): string {
  let text = "";
  for (let i = from; i < to && text.length < QUOTED_ARGUMENT_BYTES; i++) {
    const start = args.start(i);
    const end = Math.min(args.end(i), start + QUOTED_ARGUMENT_BYTES - text.length);
    const separator = i === from ? "" : " ";
    text += `${separator}'${Buffer.from(args.bytesOf(i).subarray(start, end)).toString("latin1")}'`;
  }
  return text;
}
