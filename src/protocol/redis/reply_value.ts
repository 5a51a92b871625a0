/** Replies as plain values, for answers with more structure than one line. */
import type { RespVersion } from "./resp_version.ts";

/** A simple string: `+text`. */
export class Status {
  constructor(readonly text: string) {}
}

/** An error: `-text`. The text begins with its code, such as ERR, and has no line breaks. */
export class Failure {
  constructor(readonly text: string) {}
}

/** A set: in RESP2 an array. */
export class ReplySet {
  constructor(readonly elements: readonly ReplyValue[]) {}
}

/** Keys and values in turn: in RESP2 an array. */
export class ReplyMap {
  constructor(readonly keysAndValues: readonly ReplyValue[]) {}
}

/** A number is an integer, a string a bulk string with one byte per character, null in RESP2 the null bulk string. */
export type ReplyValue =
  | number
  | string
  | null
  | Status
  | Failure
  | ReplySet
  | ReplyMap
  | readonly ReplyValue[];

/** The value as RESP. Cost: one string per node; not for the busy path. */
export function encodeReply(value: ReplyValue, version: RespVersion): Uint8Array {
  const parts: string[] = [];
  append(value, version, parts);
  return Buffer.from(parts.join(""), "latin1");
}

function append(value: ReplyValue, version: RespVersion, parts: string[]): void {
  if (value === null) parts.push(version === 2 ? "$-1\r\n" : "_\r\n");
  else if (typeof value === "number") parts.push(`:${value}\r\n`);
  else if (typeof value === "string") parts.push(`$${value.length}\r\n${value}\r\n`);
  else if (value instanceof Status) parts.push(`+${value.text}\r\n`);
  else if (value instanceof Failure) parts.push(`-${value.text}\r\n`);
  else {
    const elements = elementsOf(value);
    const header = version === 2 ? `*${elements.length}` : headerOf(value);
    parts.push(`${header}\r\n`);
    for (const element of elements) append(element, version, parts);
  }
}

type Aggregate = ReplySet | ReplyMap | readonly ReplyValue[];

function elementsOf(value: Aggregate): readonly ReplyValue[] {
  if (value instanceof ReplySet) return value.elements;
  return value instanceof ReplyMap ? value.keysAndValues : value;
}

function headerOf(value: Aggregate): string {
  if (value instanceof ReplySet) return `~${value.elements.length}`;
  return value instanceof ReplyMap ? `%${value.keysAndValues.length / 2}` : `*${value.length}`;
}
