/**
 * Inline commands: a line of words, as typed into telnet. They never reach a server as they came; they are parsed
 * and encoded anew. Quoting follows Redis: "double" with \n \r \t \b \a \xHH and \", 'single' with \' only, and a
 * closing quote must end its word.
 */
import { APOSTROPHE, BACKSLASH, CR, LF, QUOTE, SPACE, TAB } from "./bytes.ts";

const ESCAPES: Record<string, number> = { n: 10, r: 13, t: 9, b: 8, a: 7 };

/**
 * The line as a RESP array.
 *
 * Shape: `line` without its LF. An empty result means that the line holds no words.
 * Errors: null when quotes are unbalanced.
 */
export function encodeInline(line: Uint8Array): Uint8Array | null {
  const words = splitWords(line);
  if (words === null) return null;
  if (words.length === 0) return new Uint8Array(0);
  const parts: Buffer[] = [Buffer.from(`*${words.length}\r\n`)];
  for (const word of words) {
    parts.push(Buffer.from(`$${word.length}\r\n`), Buffer.from(word), Buffer.from("\r\n"));
  }
  return Buffer.concat(parts);
}

function splitWords(line: Uint8Array): number[][] | null {
  const words: number[][] = [];
  let p = 0;
  for (;;) {
    while (p < line.length && isSpace(line[p]!)) p++;
    if (p === line.length || line[p] === 0) return words;
    const word: number[] = [];
    p = readWord(line, p, word);
    if (p < 0) return null;
    words.push(word);
  }
}

/** Reads one word from `p` into `word`; answers where it ends, or -1 when a quote is not closed properly. */
function readWord(line: Uint8Array, from: number, word: number[]): number {
  let p = from;
  while (p < line.length && !endsWord(line[p]!)) {
    const byte = line[p]!;
    if (byte === QUOTE || byte === APOSTROPHE) {
      p = readQuoted(line, p + 1, byte, word);
      return p < line.length && !isSpace(line[p]!) ? -1 : p;
    }
    word.push(byte);
    p++;
  }
  return p;
}

function readQuoted(line: Uint8Array, from: number, quote: number, word: number[]): number {
  let p = from;
  while (p < line.length) {
    const byte = line[p]!;
    if (byte === quote) return p + 1;
    if (byte === BACKSLASH && quote === APOSTROPHE && line[p + 1] === APOSTROPHE) {
      word.push(APOSTROPHE);
      p += 2;
    } else if (byte === BACKSLASH && quote === QUOTE && p + 1 < line.length) {
      p = readEscape(line, p + 1, word);
    } else {
      word.push(byte);
      p++;
    }
  }
  return -1;
}

function readEscape(line: Uint8Array, p: number, word: number[]): number {
  const letter = String.fromCharCode(line[p]!);
  const digits = String.fromCharCode(line[p + 1] ?? SPACE, line[p + 2] ?? SPACE);
  if (letter === "x" && /^[0-9a-fA-F]{2}$/.test(digits)) {
    word.push(parseInt(digits, 16));
    return p + 3;
  }
  word.push(ESCAPES[letter] ?? line[p]!);
  return p + 1;
}

/** What C's isspace accepts. */
function isSpace(byte: number): boolean {
  return byte === SPACE || (byte >= 9 && byte <= CR);
}

/** Fewer bytes than `isSpace`: form feed and vertical tab inside a word belong to it. */
function endsWord(byte: number): boolean {
  return byte === SPACE || byte === TAB || byte === LF || byte === CR || byte === 0;
}
