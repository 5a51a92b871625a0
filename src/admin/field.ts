/**
 * Parameters of a URL: how their bytes become values. A query arrives here as bytes, one character each, because a
 * key may hold any; `text` is for everything that is meant for people.
 */
import * as z from "zod";
import { decodeUtf8 } from "./utf8.ts";

/** Thrown by a reader to refuse a parameter; its message names the value. */
class InvalidField extends Error {}

/** Keywords that describe the parameter in the OpenAPI document. */
type JsonKeywords = Readonly<Record<string, unknown>>;

/** A parameter that `read` makes a value of. */
function field<T>(read: (bytes: string) => T, json: JsonKeywords): z.ZodType<T> {
  return z.string().transform((bytes, context) => {
    try {
      return read(bytes);
    } catch (error) {
      if (!(error instanceof InvalidField)) throw error;
      context.addIssue({ code: "custom", message: error.message });
      return z.NEVER;
    }
  }).meta({ ...json });
}

/** Any bytes. */
export function bytes(description: string): z.ZodType<Buffer> {
  return field((given) => Buffer.from(given, "latin1"), { type: "string", description });
}

/** Any bytes, in base64 or base64url. */
export function base64(description: string): z.ZodType<Buffer> {
  const read = (given: string): Buffer => {
    // A plus sign that was not escaped has become a space.
    const text = given.replaceAll(" ", "+").replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, "");
    const decoded = Buffer.from(text, "base64");
    if (decoded.toString("base64").replace(/=+$/, "") === text) return decoded;
    throw new InvalidField(`${JSON.stringify(given)} is not base64`);
  };
  return field(read, { type: "string", contentEncoding: "base64", description });
}

/** A text. */
export function text(description: string): z.ZodType<string> {
  return field(readText, { type: "string", description });
}

/** One of a few words. */
export function word<const W extends string>(words: readonly W[], description: string): z.ZodType<W> {
  const read = (given: string): W => {
    const found = words.find((known) => known === given);
    if (found !== undefined) return found;
    throw new InvalidField(`${JSON.stringify(given)} is not one of ${words.join(", ")}`);
  };
  return field(read, { type: "string", enum: words, description });
}

/** A whole number in digits. */
export function count(min: number, max: number, description: string): z.ZodType<number> {
  const read = (given: string): number => {
    if (/^\d{1,16}$/.test(given) && Number(given) >= min && Number(given) <= max) return Number(given);
    throw new InvalidField(`${JSON.stringify(given)} is not a whole number in ${min}..${max}`);
  };
  return field(read, { type: "integer", minimum: min, maximum: max, description });
}

/** A share, 0 to 1. */
export function share(description: string): z.ZodType<number> {
  const read = (given: string): number => {
    if (/^\d+(\.\d+)?(e-\d+)?$/.test(given) && Number(given) <= 1) return Number(given);
    throw new InvalidField(`${JSON.stringify(given)} is not a number from 0 to 1 such as 0.25`);
  };
  return field(read, { type: "number", minimum: 0, maximum: 1, description });
}

function readText(given: string): string {
  const decoded = decodeUtf8(Buffer.from(given, "latin1"));
  if (decoded === null) throw new InvalidField("the value is not UTF-8");
  return decoded;
}
