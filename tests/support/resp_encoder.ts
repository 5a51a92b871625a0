/** Bytes of requests and replies, put together by nesting calls: `array([bulk("a"), integer(1)])`. */

/** Text stands for its UTF-8 bytes, a number for its digits. */
export type Argument = string | number | Uint8Array;

const CRLF = "\r\n";

/** One request, as an array of bulk strings. */
export function command(...args: readonly Argument[]): Buffer {
  return array(args.map((arg) => bulk(arg)));
}

/** Several requests, one behind the other. */
export function pipeline(commands: readonly (readonly Argument[])[]): Buffer {
  return Buffer.concat(commands.map((args) => command(...args)));
}

/** `+text` */
export function simple(text: string): Buffer {
  return Buffer.from(`+${text}${CRLF}`);
}

/** `-message` */
export function error(message: string): Buffer {
  return Buffer.from(`-${message}${CRLF}`);
}

/** `:value` */
export function integer(value: number | bigint): Buffer {
  return Buffer.from(`:${value}${CRLF}`);
}

/** `$length` and a body; of another type by its sign, such as `=` or `!`. */
export function bulk(body: Argument, sign = "$"): Buffer {
  const bytes = typeof body === "object" ? body : Buffer.from(String(body));
  return Buffer.concat([Buffer.from(`${sign}${bytes.length}${CRLF}`), bytes, Buffer.from(CRLF)]);
}

/** `$-1` */
export function nullBulk(): Buffer {
  return Buffer.from(`$-1${CRLF}`);
}

/** `*-1` */
export function nullArray(): Buffer {
  return Buffer.from(`*-1${CRLF}`);
}

/** `*count` and encoded items; of another type by its sign, such as `~` or `>`. */
export function array(items: readonly Uint8Array[], sign = "*"): Buffer {
  return Buffer.concat([Buffer.from(`${sign}${items.length}${CRLF}`), ...items]);
}

/** `%pairs` and encoded keys and values; an attribute by the sign `|`. */
export function map(pairs: readonly (readonly [Uint8Array, Uint8Array])[], sign = "%"): Buffer {
  return Buffer.concat([Buffer.from(`${sign}${pairs.length}${CRLF}`), ...pairs.flat()]);
}

/** A value that is no more than a sign and a line: `_`, `#t`, `,1.5`, `(123`. */
export function scalar(sign: string, text = ""): Buffer {
  return Buffer.from(`${sign}${text}${CRLF}`);
}
