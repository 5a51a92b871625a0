/**
 * What a value type is: how a text of the file becomes a checked value, and how that value is shown again.
 * Every option names one; parsing, the option table and the JSON Schema all read from it.
 */
import * as z from "zod";
import type { Options } from "./option.ts";

/** The type of an option's value: something to check as a whole, or a map of options with types of their own. */
export type ValueType<T> = PlainType<T> | MapType<T>;

/** What every type can say about its values. */
interface Presentable<T> {
  /** What the option table calls it, with its range where it has one: `int 1..65535`. */
  readonly label: string;
  /** The value as a user would write it. */
  show(value: T): string;
}

/** A value that one schema reads. */
export interface PlainType<T> extends Presentable<T> {
  /** Checks what the file holds (a text, a list of texts, or a `Map` of texts by name) and gives the value. */
  readonly schema: z.ZodType<T>;
  /** The value as YAML and JSON have it, where that is no single text; null: left out. */
  written?(value: T): string[] | Record<string, string | string[]> | null;
  /** Set when the value is the path of a file that is read with the configuration: what is expected in it. */
  readonly file?: string;
}

/** A value that is a map of options: one field for each, as in a section of the file. */
export interface MapType<T> extends Presentable<T> {
  readonly options: Options;
  /** Set when `true` may stand for the map with nothing in it, and `false` for none. */
  readonly orFlag?: true;
}

/** Thrown by a reader to refuse a text. Its message names the offending value and becomes the fault's. */
export class InvalidValue extends Error {}

/** Keywords that describe a value to an editor, as it is written in YAML. */
export type JsonKeywords = Record<string, unknown>;

/**
 * A schema that reads one text with `read`, which throws `InvalidValue` to refuse it.
 *
 * Errors: a list, a map and an empty text are refused before `read` sees them.
 */
export function fromText<T>(read: (text: string) => T, json: JsonKeywords): z.ZodType<T> {
  return SINGLE_TEXT.transform((text, context) => attempt(() => read(text), context, [])).meta(json);
}

const SINGLE_TEXT = z.string({ error: (issue) => `expected a single value, found ${kindOf(issue.input)}` })
  .refine((text) => text !== "", { error: "the value is empty", abort: true });

/**
 * A schema that reads a map of texts by name, with at least one in it, to a list in the file's order. `read` throws
 * `InvalidValue` to refuse an entry; `json` describes its text.
 */
export function namedTexts<T>(
  what: string,
  read: (name: string, text: string) => T,
  json: JsonKeywords,
): z.ZodType<T[]> {
  return z.map(z.string(), SINGLE_TEXT, {
    error: (issue) => `expected a map of ${what}, found ${kindOf(issue.input)}`,
  })
    .refine((texts) => texts.size > 0, { error: `the map of ${what} is empty` })
    .transform((texts, context) =>
      Array.from(texts, ([name, text]) => attempt(() => read(name, text), context, [name]))
    )
    .meta({ type: "object", minProperties: 1, additionalProperties: json });
}

function attempt<T>(read: () => T, context: z.RefinementCtx, path: string[]): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    context.addIssue({ code: "custom", message: error.message, path });
    return z.NEVER;
  }
}

/** A schema that reads a list with at least one text in it. */
export function listOf<T>(item: z.ZodType<T>, what: string): z.ZodType<T[]> {
  return z.array(item, { error: (issue) => `expected a list of ${what}, found ${kindOf(issue.input)}` })
    .refine((items) => items.length > 0, { error: `the list of ${what} is empty` })
    .meta({ minItems: 1 });
}

/** Names what stands where something else was expected, never its content. */
export function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (value === "") return "nothing";
  return typeof value === "string" ? "a text" : "a map";
}
