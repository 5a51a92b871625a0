/** Reads what a request asks: its query, strictly, and its body. Whatever is wrong is refused with the field's name. */
import * as z from "zod";
import { didYouMean } from "../config/mod.ts";
import { Refusal } from "./refusal.ts";
import { decodeUtf8 } from "./utf8.ts";

/** Longest body that is read; bytes. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** The parameters behind the `?` of `url`: bytes, one character each. Errors: Refusal for one that is given twice. */
export function readQuery(url: string): Record<string, string> {
  const query = /\?([^#]*)/.exec(url)?.[1] ?? "";
  const parameters = new Map<string, string>();
  for (const pair of query.split("&").filter((part) => part !== "")) {
    const equals = pair.indexOf("=");
    const name = unescape(equals < 0 ? pair : pair.slice(0, equals));
    if (parameters.has(name)) throw new Refusal(400, name, "it is given twice");
    parameters.set(name, equals < 0 ? "" : unescape(pair.slice(equals + 1)));
  }
  return Object.fromEntries(parameters);
}

/** Undoes the escapes of a form's encoding, byte by byte. */
function unescape(escaped: string): string {
  return Buffer.from(escaped.replaceAll("+", " ")).toString("latin1")
    .replace(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
}

/** The body as text. Errors: Refusal when it isn't UTF-8. */
export async function readText(request: Request): Promise<string> {
  const text = decodeUtf8(await request.bytes());
  if (text === null) throw new Refusal(400, "", "the body is not UTF-8 text");
  return text;
}

/** The body as JSON, whatever type it is said to have. Errors: Refusal when it isn't JSON. */
export async function readJson(request: Request): Promise<unknown> {
  const text = await readText(request);
  if (text.trim() === "") throw new Refusal(400, "", "the body is empty; it should be JSON");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal(400, "", `the body is not JSON: ${(error as Error).message}`);
  }
}

/** What `schema` makes of `input`. Errors: Refusal that names the first field at fault, and the offending value. */
export function check<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const { success, data, error } = schema.safeParse(input, { error: (issue) => explain(issue) });
  if (success) return data;
  // A misspelt name explains why the right one is missing.
  const issue = error.issues.find(({ code }) => code === "unrecognized_keys") ?? error.issues[0]!;
  if (issue.code !== "unrecognized_keys") throw new Refusal(400, issue.path.join("."), issue.message);
  const key = issue.keys[0]!;
  const hint = didYouMean(key, known) || (known.length > 0 ? `; known are ${known.join(", ")}` : "; none is");
  throw new Refusal(400, key, `it is not known here${hint}`);
}

/** Says what is wrong with a value; undefined leaves it to the library. */
function explain(issue: z.core.$ZodRawIssue): string | undefined {
  const found = JSON.stringify(issue.input)?.slice(0, 80);
  if (issue.code === "invalid_type") {
    return found === undefined ? "it is missing" : `${found} is not ${articled(issue.expected)}`;
  }
  if (issue.code === "too_small") return `${found} is less than ${issue.minimum}`;
  if (issue.code === "too_big") return `${found} is more than ${issue.maximum}`;
  if (issue.code === "invalid_value") return `${found} is not one of ${issue.values.join(", ")}`;
  return undefined;
}

const NAMES: Record<string, string> = { int: "a whole number", string: "a text", object: "an object" };

function articled(expected: string): string {
  return NAMES[expected] ?? `a ${expected}`;
}
