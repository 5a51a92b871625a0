/** Reads a whole reply of RESP2 to a value, for the proxy's own questions; not for the busy path. */
import { ARRAY, BULK, ERROR, INTEGER, SIMPLE } from "./bytes.ts";
import { Failure, type ReplyValue, Status } from "./reply_value.ts";

/** Deeper replies are not read. */
const DEEPEST = 16;

/** The value of the reply in `bytes`; undefined when it is not one whole reply of RESP2. */
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

class NotAReply extends Error {}

class Reader {
  at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  value(depth: number): ReplyValue {
    if (depth > DEEPEST) throw new NotAReply();
    const type = this.#bytes[this.at];
    const line = this.#line();
    switch (type) {
      case SIMPLE:
        return new Status(line);
      case ERROR:
        return new Failure(line);
      case INTEGER:
        return numberIn(line);
      case BULK:
        return this.#bulk(numberIn(line));
      case ARRAY:
        return this.#array(numberIn(line), depth);
      default:
        throw new NotAReply();
    }
  }

  /** The rest of the line behind its first byte. */
  #line(): string {
    const end = this.#bytes.indexOf("\r\n", this.at, "latin1");
    if (end < 0) throw new NotAReply();
    const line = this.#bytes.toString("latin1", this.at + 1, end);
    this.at = end + 2;
    return line;
  }

  #bulk(size: number): string | null {
    if (size === -1) return null;
    const end = this.at + size;
    if (size < 0 || this.#bytes.toString("latin1", end, end + 2) !== "\r\n") throw new NotAReply();
    const text = this.#bytes.toString("latin1", this.at, end);
    this.at = end + 2;
    return text;
  }

  #array(count: number, depth: number): readonly ReplyValue[] | null {
    if (count === -1) return null;
    if (count < 0) throw new NotAReply();
    const elements: ReplyValue[] = [];
    while (elements.length < count) elements.push(this.value(depth + 1));
    return elements;
  }
}

function numberIn(line: string): number {
  if (!/^-?\d{1,16}$/.test(line)) throw new NotAReply();
  return Number(line);
}
