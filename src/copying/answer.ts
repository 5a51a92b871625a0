/**
 * What servers answer, as values: bytes stay bytes, since keys and dumps are no text. For the control plane's own
 * questions, never for what clients ask.
 */
import {
  ARRAY,
  ATTRIBUTE,
  BOOLEAN,
  BULK,
  BULK_ERROR,
  ERROR,
  INTEGER,
  LF,
  MAP,
  NULL,
  PUSH,
  SET,
  SIMPLE,
  VERBATIM,
} from "../protocol/redis/bytes.ts";

/** Aggregates inside each other; more than any command answers. */
const DEEPEST = 64;
/** What a verbatim string has before its text, such as `txt:`. */
const FORMAT_LENGTH = 4;

/** An error reply. */
export class Refusal extends Error {
  /** The first word, such as `BUSYKEY`. */
  get code(): string {
    return this.message.split(" ", 1)[0]!;
  }
}

/** A push of RESP3. */
export class Push {
  constructor(readonly items: readonly Answer[]) {}
}

/**
 * A reply. Bulk and verbatim strings are bytes that lie in a larger buffer; simple strings, doubles and big numbers
 * are their text, booleans 1 and 0, maps their keys and values in turn, sets arrays.
 */
export type Answer = null | number | string | Buffer | Refusal | Push | readonly Answer[];

/** The value of one whole reply. Errors: throws when the bytes are not one reply. */
export function readAnswer(bytes: Buffer): Answer {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (reader.at !== bytes.length) throw new Error("more than one reply");
  return value;
}

/** The answer's elements. Errors: throws the refusal, or that it is no array. */
export function asArray(answer: Answer | undefined): readonly Answer[] {
  if (answer instanceof Refusal) throw answer;
  if (!Array.isArray(answer)) throw new Error(`an array was expected, not ${describe(answer)}`);
  return answer;
}

/** The answer's number, be it written as text. Errors: throws the refusal, or that it is no number. */
export function asNumber(answer: Answer | undefined): number {
  if (answer instanceof Refusal) throw answer;
  const number = typeof answer === "number" ? answer : Number(asText(answer));
  if (!Number.isFinite(number)) throw new Error(`a number was expected, not ${describe(answer)}`);
  return number;
}

/** The answer's bytes. Errors: throws the refusal, or that it has none. */
export function asBytes(answer: Answer | undefined): Buffer {
  if (answer instanceof Refusal) throw answer;
  if (!Buffer.isBuffer(answer)) throw new Error(`bytes were expected, not ${describe(answer)}`);
  return answer;
}

/** The answer as text, one character per byte. Errors: throws the refusal, or that it has none. */
export function asText(answer: Answer | undefined): string {
  if (answer instanceof Refusal) throw answer;
  if (Buffer.isBuffer(answer)) return answer.toString("latin1");
  if (typeof answer !== "string" && typeof answer !== "number") {
    throw new Error(`a text was expected, not ${describe(answer)}`);
  }
  return String(answer);
}

/** The fields of a map. Errors: as `asArray`. */
export function asFields(answer: Answer | undefined): Map<string, Answer> {
  const flat = asArray(answer);
  const fields = new Map<string, Answer>();
  for (let i = 0; i + 1 < flat.length; i += 2) fields.set(asText(flat[i]), flat[i + 1]!);
  return fields;
}

function describe(answer: Answer | undefined): string {
  return answer === null ? "nothing" : Array.isArray(answer) ? "an array" : typeof answer;
}

class Reader {
  at = 0;

  constructor(readonly bytes: Buffer) {}

  value(depth: number): Answer {
    if (depth > DEEPEST) throw new Error("a reply with too many values inside each other");
    const type = this.bytes[this.at++];
    const line = this.#line();
    switch (type) {
      case SIMPLE:
        return line;
      case ERROR:
        return new Refusal(line);
      case INTEGER:
        return Number(line);
      case BOOLEAN:
        return line === "t" ? 1 : 0;
      case NULL:
        return null;
      case BULK:
        return line === "-1" ? null : this.#body(line);
      case VERBATIM:
        return this.#body(line).subarray(FORMAT_LENGTH);
      case BULK_ERROR:
        return new Refusal(this.#body(line).toString("latin1"));
      case ARRAY:
        return line === "-1" ? null : this.#values(this.#count(line), depth);
      case SET:
        return this.#values(this.#count(line), depth);
      case PUSH:
        return new Push(this.#values(this.#count(line), depth));
      case MAP:
        return this.#values(2 * this.#count(line), depth);
      case ATTRIBUTE:
        this.#values(2 * this.#count(line), depth);
        return this.value(depth);
      default:
        return line;
    }
  }

  #line(): string {
    const end = this.bytes.indexOf(LF, this.at);
    if (end < 0) throw new Error("a reply that ends in the middle");
    const line = this.bytes.toString("latin1", this.at, end - 1);
    this.at = end + 1;
    return line;
  }

  #body(length: string): Buffer {
    const end = this.at + this.#count(length);
    const body = this.bytes.subarray(this.at, end);
    this.at = end + 2;
    return body;
  }

  #values(count: number, depth: number): Answer[] {
    const values: Answer[] = [];
    for (let left = count; left > 0; left--) values.push(this.value(depth + 1));
    return values;
  }

  #count(line: string): number {
    const count = Number(line);
    // Each element and each byte takes one byte at least.
    if (Number.isInteger(count) && count >= 0 && count <= this.bytes.length - this.at) return count;
    throw new Error(`a reply with the length ${JSON.stringify(line.slice(0, 20))}`);
  }
}
