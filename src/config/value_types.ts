/** The plain value types: numbers, sizes, switches, choices and texts. Addresses and servers have their own files. */
import { quote } from "./fault.ts";
import { formatSize, GB, parseSize } from "./size.ts";
import { didYouMean } from "./suggest.ts";
import { fromText, InvalidValue, type PlainType } from "./value.ts";

/** Largest whole number an option takes: what fits the 32-bit int of the file's original reader. */
export const MAX_INT = 2 ** 31 - 1;

/** Largest size an option takes. */
export const MAX_SIZE = 1024 * GB;

/**
 * Reads a whole number written in digits and checks its range.
 *
 * Errors: InvalidValue that begins with `what` ("port"), or with the number itself when `what` is empty.
 */
export function parseInteger(text: string, min: number, max: number, what = ""): number {
  const label = what === "" ? "" : `${what} `;
  if (!/^\d+$/.test(text)) throw new InvalidValue(`${label}${quote(text)} is not a whole number in digits`);
  const value = Number(text);
  if (value < min || value > max) {
    throw new InvalidValue(`${label}${text.slice(0, 40)} is not in ${min}..${max}`);
  }
  return value;
}

/** A whole number in digits, from `min` to `max`. */
export function integer(min: number, max: number = MAX_INT): PlainType<number> {
  return {
    schema: fromText((text) => parseInteger(text, min, max), { type: "integer", minimum: min, maximum: max }),
    label: max === MAX_INT ? `int, ${min} or more` : `int ${min}..${max}`,
    show: String,
  };
}

/** A duration in whole milliseconds, at least `min`. */
export function milliseconds(min: number): PlainType<number> {
  return { ...integer(min), label: min === 0 ? "ms" : `ms, ${min} or more`, show: (value) => `${value} ms` };
}

/** A size in bytes, from 1 to `max`, with the suffixes of `parseSize`. */
export function size(max: number = MAX_SIZE): PlainType<number> {
  const json = { type: ["integer", "string"], minimum: 1, pattern: "^[0-9]+([kmgKMG][bB]?)?$" };
  const read = (text: string): number => {
    const bytes = parseSize(text);
    if (bytes >= 1 && bytes <= max) return bytes;
    throw new InvalidValue(`${text.slice(0, 40)} is not in 1..${formatSize(max)}`);
  };
  const label = max === MAX_SIZE ? "size" : `size, up to ${formatSize(max)}`;
  return { schema: fromText(read, json), label, show: formatSize };
}

/** A switch: `true` or `false`, and nothing else that YAML knows for them. */
export function flag(): PlainType<boolean> {
  return { schema: fromText(readFlag, { type: "boolean" }), label: "true or false", show: String };
}

const MEANT_TRUE = new Set(["yes", "on", "y", "1", "true"]);
const MEANT_FALSE = new Set(["no", "off", "n", "0", "false"]);

function readFlag(text: string): boolean {
  if (text === "true" || text === "false") return text === "true";
  const word = text.toLowerCase();
  const meant = MEANT_TRUE.has(word) ? "; write true" : MEANT_FALSE.has(word) ? "; write false" : "";
  throw new InvalidValue(`${quote(text)} is neither true nor false${meant}`);
}

/** One of a few names, case-sensitive; `what` says of which kind they are. */
export function choice<const N extends string>(what: string, names: readonly N[]): PlainType<N> {
  const read = (text: string): N => {
    const name = names.find((known) => known === text);
    if (name !== undefined) return name;
    const hint = didYouMean(text, names) || `; write one of ${names.join(", ")}`;
    throw new InvalidValue(`${quote(text)} is not a ${what}${hint}`);
  };
  return { schema: fromText(read, { enum: names }), label: names.join(", "), show: String };
}

/** A whole number, or the word `auto` in its place: 0 then. */
export function integerOrAuto(min: number, max: number): PlainType<number> {
  const read = (text: string): number => {
    if (text === AUTO) return 0;
    if (/^\D/.test(text)) throw new InvalidValue(`${quote(text)} is neither a whole number nor ${AUTO}`);
    return parseInteger(text, min, max);
  };
  const json = { anyOf: [{ type: "integer", minimum: min, maximum: max }, { const: AUTO }] };
  return {
    schema: fromText(read, json),
    label: `int ${min}..${max}, or ${AUTO}`,
    show: (value) => value === 0 ? AUTO : String(value),
  };
}

const AUTO = "auto";

/** A value that may be left out: null then. */
export function optional<T>(type: PlainType<T>): PlainType<T | null> {
  return { ...type, show: (value) => value === null ? showText(null) : type.show(value) };
}

/** A text that may be left out: null then. */
export function optionalText(): PlainType<string | null> {
  return optional(plainText());
}

/** A text. */
export function plainText(): PlainType<string> {
  return { schema: fromText((text) => text, { type: ["string", "number"] }), label: "text", show: String };
}

/** The path of a file that is written to; null when left out. */
export function optionalPath(): PlainType<string | null> {
  return { ...optionalText(), label: "path" };
}

/** The path of a file that is read with the configuration; `holding` is what must be in it. */
export function inputFile(holding: string): PlainType<string> {
  return { ...plainText(), label: "path", file: holding };
}

/** As `inputFile`; null when left out. */
export function optionalInputFile(holding: string): PlainType<string | null> {
  return optional(inputFile(holding));
}

/** Two bytes, the signs around the part of a key that is hashed; they may be equal. Null when left out. */
export function bytePair(): PlainType<string | null> {
  const json = { type: "string", minLength: 1, maxLength: 2 };
  return { schema: fromText(readBytePair, json), label: "2 bytes", show: showText };
}

function readBytePair(text: string): string {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes !== 2) throw new InvalidValue(`${quote(text)} is ${bytes} bytes long, not 2 such as "{}"`);
  return text;
}

function showText(text: string | null): string {
  return text === null ? "none" : text;
}
