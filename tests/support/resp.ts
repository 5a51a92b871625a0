/**
 * The naive twin of the proxy's scanners: reads one RESP2 or RESP3 value from whole bytes, by recursion and with no
 * thought of speed. Shares no code with src/, so that both must be wrong in the same way to agree by mistake.
 *
 * Source: RESP specification, redis.io/docs/latest/develop/reference/protocol-spec.
 */

/** An error reply; `message` is everything behind the `-`. */
export class RespError {
  constructor(readonly message: string) {}
}

/** A push message of RESP3. */
export class RespPush {
  constructor(readonly items: readonly RespValue[]) {}
}

/**
 * A reply as a JavaScript value. Simple, bulk and verbatim strings are all strings (verbatim ones without their
 * format), integers are numbers or, where those would lose digits, bigints; attributes are left out.
 */
export type RespValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | RespError
  | RespPush
  | RespValue[]
  | Set<RespValue>
  | Map<RespValue, RespValue>;

/** A value and the place behind it. */
export interface Parsed {
  readonly value: RespValue;
  readonly end: number;
}

/** How a bulk's bytes become a string. */
export type TextEncoding = "utf8" | "latin1";

/**
 * The value at `start`, or null when the bytes end before it does.
 *
 * Shape: strings are decoded as UTF-8; "latin1" keeps one character per byte.
 * Errors: throws when the bytes are no RESP.
 */
export function parseResp(bytes: Uint8Array, start = 0, encoding: TextEncoding = "utf8"): Parsed | null {
  const reader = new Reader(bytes, start, encoding);
  try {
    return { value: reader.value(), end: reader.position };
  } catch (error) {
    if (error === CUT_SHORT) return null;
    throw error;
  }
}

/** All values in `bytes`. Errors: throws when they don't end with the end of a value. */
export function parseAllResp(bytes: Uint8Array, encoding: TextEncoding = "utf8"): RespValue[] {
  const values: RespValue[] = [];
  for (let at = 0; at < bytes.length;) {
    const parsed = parseResp(bytes, at, encoding);
    if (parsed === null) throw new Error(`byte ${at}: the last value is cut short`);
    values.push(parsed.value);
    at = parsed.end;
  }
  return values;
}

/** In place of a count. */
const STREAMED = -1;
const CUT_SHORT = new Error("cut short");

class Reader {
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array, public position: number, readonly encoding: TextEncoding) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  value(): RespValue {
    const start = this.position;
    const line = this.#line();
    const rest = line.slice(1);
    // deno-fmt-ignore
    switch (line[0]) {
      case "+": return rest;
      case "-": return new RespError(rest);
      case ":": return integer(rest);
      case "$": return rest === "?" ? this.#parts() : this.#bulk(rest);
      case "*": return rest === "-1" ? null : this.#values(countOf(rest));
      case "_": return null;
      case "#": return boolean(rest);
      case ",": return double(rest);
      case "(": return BigInt(rest);
      case "!": return new RespError(this.#body(length(rest)));
      case "=": return this.#body(length(rest)).slice("txt:".length);
      case "~": return new Set(this.#values(countOf(rest)));
      case "%": return this.#map(countOf(rest));
      case ">": return new RespPush(this.#values(length(rest)));
      case "|": {
        this.#map(length(rest));
        return this.value();
      }
      default: throw new Error(`byte ${start}: no RESP type: ${JSON.stringify(line)}`);
    }
  }

  #parts(): string {
    let text = "";
    for (;;) {
      const line = this.#line();
      if (line[0] !== ";") throw new Error(`no part of a string: ${JSON.stringify(line)}`);
      const size = length(line.slice(1));
      if (size === 0) return text;
      text += this.#body(size);
    }
  }

  /** Whether an aggregate goes on; one that is streamed does until its end is marked. */
  #goesOn(done: number, count: number): boolean {
    if (count !== STREAMED) return done < count;
    if (this.#bytes[this.position] !== ".".charCodeAt(0)) return true;
    if (this.#line() !== ".") throw new Error("no end of an aggregate");
    return false;
  }

  #bulk(announced: string): string | null {
    return announced === "-1" ? null : this.#body(length(announced));
  }

  #values(count: number): RespValue[] {
    const values: RespValue[] = [];
    while (this.#goesOn(values.length, count)) values.push(this.value());
    return values;
  }

  #map(pairs: number): Map<RespValue, RespValue> {
    const map = new Map<RespValue, RespValue>();
    for (let i = 0; this.#goesOn(i, pairs); i++) {
      const key = this.value();
      map.set(key, this.value());
    }
    return map;
  }

  #line(): string {
    const end = this.#bytes.indexOf("\r\n", this.position, "latin1");
    if (end < 0) throw CUT_SHORT;
    const line = this.#bytes.toString(this.encoding, this.position, end);
    this.position = end + 2;
    return line;
  }

  #body(size: number): string {
    const end = this.position + size;
    if (this.#bytes.length < end + 2) throw CUT_SHORT;
    if (this.#bytes.toString("latin1", end, end + 2) !== "\r\n") {
      throw new Error(`byte ${end}: a body of ${size} bytes doesn't end with CR LF`);
    }
    const body = this.#bytes.toString(this.encoding, this.position, end);
    this.position = end + 2;
    return body;
  }
}

function countOf(text: string): number {
  return text === "?" ? STREAMED : length(text);
}

function length(text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`no length: ${JSON.stringify(text)}`);
  return Number(text);
}

function integer(text: string): number | bigint {
  if (!/^[+-]?\d+$/.test(text)) throw new Error(`no integer: ${JSON.stringify(text)}`);
  return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);
}

function boolean(text: string): boolean {
  if (text !== "t" && text !== "f") throw new Error(`no boolean: ${JSON.stringify(text)}`);
  return text === "t";
}

function double(text: string): number {
  if (text === "inf") return Infinity;
  if (text === "-inf") return -Infinity;
  return Number(text);
}
