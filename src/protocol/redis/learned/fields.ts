/** Looking into replies that may be anything: what is not as it should be is null, or empty. */
import { ReplyMap, ReplySet, type ReplyValue, Status } from "../reply_value.ts";

/** The elements of an array, a set, or a map whose keys and values are in turn; empty when it is none of them. */
export function elementsOf(value: ReplyValue | undefined): readonly ReplyValue[] {
  if (value instanceof ReplySet) return value.elements;
  if (value instanceof ReplyMap) return value.keysAndValues;
  return Array.isArray(value) ? value : [];
}

/** The value behind a name, in a map or in what RESP2 has for it. */
export function fieldOf(value: ReplyValue | undefined, name: string): ReplyValue | undefined {
  const pairs = elementsOf(value);
  for (let i = 0; i + 1 < pairs.length; i += 2) if (wordOf(pairs[i]) === name) return pairs[i + 1];
  return undefined;
}

/** The text of a string of either kind; empty when it is none. */
export function wordOf(value: ReplyValue | undefined): string {
  if (value instanceof Status) return value.text;
  return typeof value === "string" ? value : "";
}

/** The texts of an array or a set. */
export function wordsOf(value: ReplyValue | undefined): string[] {
  return elementsOf(value).map(wordOf).filter((word) => word !== "");
}

/** A whole number that an argument's place or a distance can be; null when it is none. */
export function placeOf(value: ReplyValue | undefined): number | null {
  return typeof value === "number" && Number.isInteger(value) && Math.abs(value) <= FURTHEST ? value : null;
}

/** No request has so many arguments. */
const FURTHEST = 2 ** 24;
