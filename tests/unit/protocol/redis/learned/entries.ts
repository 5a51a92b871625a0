/** Entries of COMMAND for tests, as servers send them. */
import {
  ReplyMap,
  ReplySet,
  type ReplyValue,
  Status,
} from "../../../../../src/protocol/redis/reply_value.ts";
import { readTold, type ToldCommand } from "../../../../../src/protocol/redis/learned/told_command.ts";

/** What a key specification says; by its names in the reply. */
export interface SpecParts {
  readonly flags?: string;
  readonly begin: readonly ReplyValue[];
  readonly type?: "index" | "keyword" | "unknown";
  readonly find?: "range" | "keynum" | "unknown";
  readonly how?: readonly ReplyValue[];
}

/** One key, in argument 1. */
export const PLAIN: SpecParts = { begin: ["index", 1] };

/** A key specification: in RESP2 arrays, in RESP3 maps. */
export function spec(
  {
    flags = "RO access",
    begin,
    type = "index",
    find = "range",
    how = ["lastkey", 0, "keystep", 1, "limit", 0],
  }: SpecParts,
): ReplyValue {
  const typed = (name: string, fields: readonly ReplyValue[]) =>
    new ReplyMap(["type", name, "spec", new ReplyMap(fields)]);
  return new ReplyMap([
    "flags",
    statuses(flags),
    "begin_search",
    typed(type, begin),
    "find_keys",
    typed(find, how),
  ]);
}

/** An entry of Redis 7 and later. */
export function entry(
  name: string,
  arity: number,
  flags: string,
  specs: readonly ReplyValue[],
  subcommands: readonly ReplyValue[] = [],
): ReplyValue {
  const categories = statuses(flags.includes("readonly") ? "@read @slow" : "@write @slow");
  return [
    name,
    arity,
    statuses(flags),
    0,
    0,
    0,
    categories,
    new ReplySet([]),
    new ReplySet(specs),
    subcommands,
  ];
}

/** What is read of an entry. Errors: throws when it is none. */
export function told(...parts: Parameters<typeof entry>): ToldCommand {
  return readTold(entry(...parts))!;
}

function statuses(words: string): ReplyValue {
  return new ReplySet(words.split(" ").filter((word) => word !== "").map((word) => new Status(word)));
}
