/**
 * The naive twin of RequestScanner: reads requests out of one whole text with indexOf and regular expressions. Shares
 * no code with src/, so that both must be wrong in the same way to agree by mistake.
 */
import type { RequestLimits } from "../../src/protocol/redis/request_limits.ts";

/** The words of each request, and what is wrong behind them; empty when nothing is. */
export interface NaiveResult {
  readonly requests: readonly (readonly string[])[];
  readonly fault: string;
}

const INTEGER = /^(0|-?[1-9]\d{0,9})$/;
const QUOTED_WORD = /^"((?:\\[^]|[^\\"])*)"|^'((?:\\'|\\(?!')|[^\\'])*)'/;
const LETTERS: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", a: "\x07" };

/** Thrown by the parts of the twin. */
class Fault extends Error {}
class CutShort extends Error {}

/** All requests in `text`, one character per byte. */
export function naiveRequests(text: string, limits: RequestLimits): NaiveResult {
  const requests: string[][] = [];
  let at = 0;
  try {
    while (at < text.length) {
      const [words, behind] = text[at] === "*" ? arrayAt(text, at, limits) : lineAt(text, at, limits);
      if (words.length > 0) requests.push(words);
      at = behind;
    }
  } catch (error) {
    if (error instanceof Fault) return { requests, fault: `Protocol error: ${error.message}` };
    if (!(error instanceof CutShort)) throw error;
  }
  return { requests, fault: "" };
}

function arrayAt(text: string, from: number, limits: RequestLimits): [string[], number] {
  const [count, first] = integerAt(text, from + 1, "invalid multibulk length");
  if (count > limits.maxArguments) throw new Fault("invalid multibulk length");
  const words: string[] = [];
  let at = first;
  while (words.length < count) {
    if (at >= text.length) throw new CutShort();
    if (text[at] !== "$") throw new Fault(`expected '$', got '${text[at]}'`);
    const [length, body] = integerAt(text, at + 1, "invalid bulk length");
    if (length < 0 || length > limits.maxBulkBytes) throw new Fault("invalid bulk length");
    at = body + length + 2;
    if (at - from > limits.maxRequestBytes) throw new Fault("request is larger than max_request");
    if (at > text.length) throw new CutShort();
    words.push(text.slice(body, body + length));
  }
  return [words, at];
}

function integerAt(text: string, from: number, fault: string): [number, number] {
  const end = text.indexOf("\r", from);
  if (end < 0 || end + 2 > text.length) throw new CutShort();
  const line = text.slice(from, end);
  if (!INTEGER.test(line)) throw new Fault(fault);
  return [Number(line), end + 2];
}

function lineAt(text: string, from: number, limits: RequestLimits): [string[], number] {
  const end = text.indexOf("\n", from);
  const line = text.slice(from, end < 0 ? undefined : end);
  if (line.length > limits.maxInlineBytes) throw new Fault("too big inline request");
  if (end < 0) throw new CutShort();
  const words = wordsOf(line);
  const bytes = words.reduce((sum, word) => sum + `$${word.length}\r\n\r\n`.length + word.length, 0);
  const total = bytes + `*${words.length}\r\n`.length;
  const tooLong = words.some((word) => word.length > limits.maxBulkBytes) || total > limits.maxRequestBytes;
  if (words.length > limits.maxArguments || words.length > 0 && tooLong) {
    throw new Fault("too many arguments in inline request");
  }
  return [words, end + 1];
}

function wordsOf(line: string): string[] {
  const words: string[] = [];
  let rest = line.replace(/^[ \t-\r]+/, "");
  while (rest !== "") {
    const plain = /^[^ \t\r\n"']*/.exec(rest)![0];
    const quoted = QUOTED_WORD.exec(rest.slice(plain.length));
    const behind = rest.slice(plain.length + (quoted?.[0].length ?? 0));
    if (!/^([ \t-\r]|$)/.test(behind)) throw new Fault("unbalanced quotes in request");
    words.push(plain + unescape(quoted?.[1] ?? "") + (quoted?.[2] ?? "").replaceAll("\\'", "'"));
    rest = behind.replace(/^[ \t-\r]+/, "");
  }
  return words;
}

function unescape(quoted: string): string {
  return quoted.replace(/\\(?:x([0-9a-fA-F]{2})|([^]))/g, (_, hex?: string, letter?: string) => {
    return hex === undefined ? LETTERS[letter!] ?? letter! : String.fromCharCode(parseInt(hex, 16));
  });
}
