/**
 * Where a command's keys stand, from what a server says of it: key specifications since Redis 7, before that a
 * first key, a last one and a step. A place that is not said whole is a fault: a key that the proxy overlooks would
 * be served by the wrong server.
 * Source: redis.io, "Command key specifications".
 */
import type { KeySpec } from "../command.ts";
import { ANY_ACCESS, keySpec } from "../commands/key_specs.ts";
import type { ReplyValue } from "../reply_value.ts";
import { fieldOf, placeOf, wordOf, wordsOf } from "./fields.ts";

/** Keys, or why they can't be found. */
export interface ToldKeys {
  readonly keys: readonly KeySpec[];
  /** What follows the command's name; empty when there is nothing wrong. */
  readonly fault: string;
}

const HIDDEN: ToldKeys = {
  keys: [],
  fault: "has keys in places that the server does not tell",
};

/** What the specifications say; `flags` are the command's. */
export function keysFromSpecs(specs: readonly ReplyValue[], flags: readonly string[]): ToldKeys {
  const keys = specs.map(keysOf);
  if (!keys.every((spec) => spec !== null)) return HIDDEN;
  // A function of the server's finds keys that no specification names.
  const isMoved = keys.some((spec) => spec.find !== "range" || spec.keyword !== "");
  if (flags.includes("movablekeys") && !isMoved) return HIDDEN;
  return { keys, fault: "" };
}

/** What the numbers say that came before there were specifications; `flags` are the command's. */
export function keysFromRange(
  first: ReplyValue | undefined,
  last: ReplyValue | undefined,
  step: ReplyValue | undefined,
  flags: readonly string[],
): ToldKeys {
  const begin = placeOf(first);
  const end = placeOf(last);
  const by = placeOf(step);
  if (flags.includes("movablekeys") || begin === null || end === null || by === null) return HIDDEN;
  if (begin === 0) return { keys: [], fault: "" };
  const access = flags.includes("readonly") ? "RO access" : "RW access update";
  const spec = ranged(access, begin, "", end < 0 ? end : end - begin, by, 0);
  return spec === null ? HIDDEN : { keys: [spec], fault: "" };
}

/** Null when it doesn't say where the keys are, or not where all of them are. */
function keysOf(told: ReplyValue): KeySpec | null {
  const words = wordsOf(fieldOf(told, "flags"));
  if (words.includes("incomplete")) return null;
  const search = fieldOf(told, "begin_search");
  const start = fieldOf(search, "spec");
  const isBehindWord = wordOf(fieldOf(search, "type")) === "keyword";
  const keyword = isBehindWord ? wordOf(fieldOf(start, "keyword")).toUpperCase() : "";
  const begin = placeOf(fieldOf(start, isBehindWord ? "startfrom" : "index"));
  if (begin === null || begin === 0 || (isBehindWord ? keyword === "" : begin < 1)) return null;
  const find = fieldOf(told, "find_keys");
  const spec = found(words.join(" "), begin, keyword, wordOf(fieldOf(find, "type")), fieldOf(find, "spec"));
  // What is done with the key depends on the arguments: it may be anything.
  return spec !== null && words.includes("variable_flags") ? { ...spec, needs: ANY_ACCESS } : spec;
}

function found(
  flags: string,
  begin: number,
  keyword: string,
  type: string,
  told: ReplyValue | undefined,
): KeySpec | null {
  const step = placeOf(fieldOf(told, "keystep"));
  if (type === "range") {
    const last = placeOf(fieldOf(told, "lastkey"));
    const limit = placeOf(fieldOf(told, "limit"));
    return last === null || limit === null ? null : ranged(flags, begin, keyword, last, step, limit);
  }
  if (type !== "keynum") return null;
  const number = placeOf(fieldOf(told, "keynumidx"));
  const first = placeOf(fieldOf(told, "firstkey"));
  if (number === null || first === null || step === null || step < 1) return null;
  // The number of keys begins the search here; in Redis something else may stand before it.
  if (number < 0 || first <= number || (keyword !== "" && number > 0)) return null;
  return keySpec(plain(flags), {
    begin: begin + number,
    keyword,
    find: "count",
    first: first - number,
    step,
  });
}

function ranged(
  flags: string,
  begin: number,
  keyword: string,
  last: number,
  step: number | null,
  limit: number,
): KeySpec | null {
  if (step === null || step < 1 || limit < 0) return null;
  return keySpec(plain(flags), { begin, keyword, last, step, limit });
}

/** The flags as the proxy's own declarations have them, where what varies is known. */
function plain(flags: string): string {
  const words = flags.split(" ").filter((word) => word !== "variable_flags" && word !== "");
  return words.length === 0 ? "RW access update" : words.join(" ");
}

/** Whether two commands have their keys in the same places. */
export function standAlike(a: readonly KeySpec[], b: readonly KeySpec[]): boolean {
  return a.length === b.length && a.every((spec, i) => placesOf(spec) === placesOf(b[i]!));
}

function placesOf({ isKey, begin, keyword, find, last, limit, first, step }: KeySpec): string {
  return [isKey, begin, keyword, find, last, limit, first, step].join();
}

/** Arguments that a request has at least when all its keys are there. */
export function fewestArguments(keys: readonly KeySpec[]): number {
  return keys.reduce((fewest, spec) => {
    if (spec.keyword !== "") return fewest;
    return Math.max(fewest, spec.begin + 1 + (spec.find === "range" ? Math.max(0, spec.last) : 0));
  }, 1);
}
