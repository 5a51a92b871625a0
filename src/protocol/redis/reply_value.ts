/** Replies as plain values, for answers with more structure than one line. */

/** A simple string: `+text`. */
export class Status {
  constructor(readonly text: string) {}
}

/** An error: `-text`. The text begins with its code, such as ERR, and has no line breaks. */
export class Failure {
  constructor(readonly text: string) {}
}

/** A number is an integer, a string a bulk string with one byte per character, null the null bulk string. */
export type ReplyValue = number | string | null | Status | Failure | readonly ReplyValue[];

/** The value as RESP2. Cost: one string per node; not for the busy path. */
export function encodeReply(value: ReplyValue): Uint8Array {
  const parts: string[] = [];
  append(value, parts);
  return Buffer.from(parts.join(""), "latin1");
}

function append(value: ReplyValue, parts: string[]): void {
  if (value === null) parts.push("$-1\r\n");
  else if (typeof value === "number") parts.push(`:${value}\r\n`);
  else if (typeof value === "string") parts.push(`$${value.length}\r\n${value}\r\n`);
  else if (value instanceof Status) parts.push(`+${value.text}\r\n`);
  else if (value instanceof Failure) parts.push(`-${value.text}\r\n`);
  else {
    parts.push(`*${value.length}\r\n`);
    for (const element of value) append(element, parts);
  }
}
