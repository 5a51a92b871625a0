/**
 * Reads a reply back into plain values, where what a server says has to be understood and not only passed on. It
 * makes a value of everything, so it is for the proxy's own questions, never for what clients ask.
 */
import {
  ARRAY,
  ATTRIBUTE,
  BIG_NUMBER,
  BOOLEAN,
  BULK,
  BULK_ERROR,
  CR,
  DOUBLE,
  ERROR,
  INTEGER,
  LF,
  MAP,
  NULL,
  SET,
  SIMPLE,
  VERBATIM,
} from "./bytes.ts";
import { Failure, ReplyMap, ReplySet, type ReplyValue, Status } from "./reply_value.ts";

/** Aggregates inside each other; far more than any description of a command has. */
const DEEPEST = 64;
/** What a verbatim string has before its text, such as `txt:`. */
const FORMAT_LENGTH = 4;
const TRUE = 116;

class NotAReply extends Error {}

/**
 * The value of one whole reply of RESP2 or RESP3; undefined when the bytes are not that.
 *
 * Shape: a boolean is 1 or 0, a double and a big number their digits, attributes are left out.
 */
export function readReply(bytes: Uint8Array): ReplyValue | undefined {
  const reader = new Reader(bytes);
  try {
    const value = reader.value(0);
    return reader.at === bytes.length ? value : undefined;
  } catch (error) {
    if (!(error instanceof NotAReply)) throw error;
    return undefined;
  }
}

/** What is still to be read. */
class Reader {
  at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  value(depth: number): ReplyValue {
    if (depth > DEEPEST) throw new NotAReply();
    const type = this.#bytes[this.at++];
    const line = this.#line();
    switch (type) {
      case SIMPLE:
        return new Status(line);
      case ERROR:
        return new Failure(line);
      case INTEGER:
        return numberIn(line);
      case BOOLEAN:
        return line.charCodeAt(0) === TRUE ? 1 : 0;
      case NULL:
        return null;
      case BULK:
        return this.#text(line);
      case VERBATIM:
        return this.#text(line)?.slice(FORMAT_LENGTH) ?? null;
      case BULK_ERROR:
        return new Failure(this.#text(line) ?? "");
      case ARRAY:
        return line === "-1" ? null : this.#values(line, 1, depth);
      case SET:
        return new ReplySet(this.#values(line, 1, depth));
      case MAP:
        return new ReplyMap(this.#values(line, 2, depth));
      case ATTRIBUTE:
        this.#values(line, 2, depth);
        return this.value(depth + 1);
      case DOUBLE:
      case BIG_NUMBER:
        return line;
      default:
        throw new NotAReply();
    }
  }

  #line(): string {
    const end = this.#bytes.indexOf(LF, this.at);
    if (end < 0 || this.#bytes[end - 1] !== CR) throw new NotAReply();
    const line = this.#slice(this.at, end - 1);
    this.at = end + 1;
    return line;
  }

  #text(length: string): string | null {
    if (length === "-1") return null;
    const end = this.at + this.#count(length);
    if (this.#slice(end, end + 2) !== "\r\n") throw new NotAReply();
    const text = this.#slice(this.at, end);
    this.at = end + 2;
    return text;
  }

  #values(line: string, width: number, depth: number): ReplyValue[] {
    const values: ReplyValue[] = [];
    for (let left = this.#count(line) * width; left > 0; left--) values.push(this.value(depth + 1));
    return values;
  }

  #count(line: string): number {
    const count = numberIn(line);
    // Each element and each byte takes one byte at least.
    if (count < 0 || count > this.#bytes.length - this.at) throw new NotAReply();
    return count;
  }

  #slice(start: number, end: number): string {
    return this.#bytes.toString("latin1", start, end);
  }
}

function numberIn(line: string): number {
  if (!/^-?\d{1,16}$/.test(line)) throw new NotAReply();
  return Number(line);
}
