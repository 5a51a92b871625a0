/**
 * What a value type is: how a text of the file becomes a checked value, and how that value is shown again.
 * Every option names one; parsing, the option table and the JSON Schema all read from it.
 */
import * as z from "zod";

/** The type of an option's value. */
export interface ValueType<T> {
  /** Checks what the file holds (a text, or a list of texts) and gives the value. */
  readonly schema: z.ZodType<T>;
  /** What the option table calls it, with its range where it has one: `int 1..65535`. */
  readonly label: string;
  /** The value as a user would write it. */
  show(value: T): string;
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
  const text = z.string({ error: (issue) => `expected a single value, found ${kindOf(issue.input)}` });
  return text.transform((written, context) => {
    try {
      if (written === "") throw new InvalidValue("the value is empty");
      return read(written);
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      context.addIssue({ code: "custom", message: error.message });
      return z.NEVER;
    }
  }).meta(json);
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
