/** Unions, intersections and differences of sets. */
import { combine, type Operation } from "../../data/combine_sets.ts";
import { SET } from "../../data/entry.ts";
import type { Keyspace } from "../../data/keyspace.ts";
import type { Member } from "../../data/members.ts";
import { storeMembers } from "../../data/stored_set.ts";
import { Failure, syntaxError } from "../../failure.ts";
import type { Handler, Handlers } from "../call.ts";
import { collect } from "../collect.ts";
import { atLeastAt } from "../counts.ts";
import { keywordAt } from "../numbers.ts";

async function pagesOf(
  keyspace: Keyspace,
  operation: Operation,
  names: readonly Buffer[],
): Promise<AsyncGenerator<Member[]>> {
  const sources = [];
  for (const name of names) sources.push({ entry: await keyspace.findOf(name, SET), weight: 1 });
  return combine(keyspace, operation, sources, "MAX");
}

function reply(operation: Operation): Handler {
  return async ({ args, keyspace, reply }) => {
    const members = await collect(await pagesOf(keyspace, operation, args.slice(1)));
    reply.set(members.length);
    for (const { member } of members) reply.bulk(member);
  };
}

function store(operation: Operation): Handler {
  return async ({ args, keyspace, reply }) => {
    const pages = await pagesOf(keyspace, operation, args.slice(2));
    reply.integer(await storeMembers(keyspace, args[1]!, SET, pages));
  };
}

/** SINTERCARD numkeys key [key ...] [LIMIT limit] */
const sintercard: Handler = async ({ args, keyspace, reply }) => {
  const numkeys = atLeastAt(args, 1, 1, "ERR numkeys should be greater than 0");
  if (numkeys > args.length - 2) throw new Failure("ERR Number of keys can't be greater than number of args");
  const limit = limitOption(args, 2 + numkeys);
  const pages = await pagesOf(keyspace, "inter", args.slice(2, 2 + numkeys));
  reply.integer(await countUpTo(pages, limit));
};

/** Reads the options behind the keys of SINTERCARD and ZINTERCARD: `LIMIT n`. 0: no limit. */
export function limitOption(args: readonly Buffer[], from: number): number {
  let limit = 0;
  for (let i = from; i < args.length; i += 2) {
    if (keywordAt(args, i) !== "LIMIT" || i + 1 === args.length) throw syntaxError();
    limit = atLeastAt(args, i + 1, 0, "ERR LIMIT can't be negative");
  }
  return limit;
}

/** How many members the pages have; it stops at the limit. */
export async function countUpTo(pages: AsyncGenerator<Member[]>, limit: number): Promise<number> {
  let count = 0;
  for await (const page of pages) {
    count += page.length;
    if (limit > 0 && count >= limit) return limit;
  }
  return count;
}

/** Sets, several at once. */
export const SET_ALGEBRA_COMMANDS: Handlers = {
  sunion: reply("union"),
  sinter: reply("inter"),
  sdiff: reply("diff"),
  sunionstore: store("union"),
  sinterstore: store("inter"),
  sdiffstore: store("diff"),
  sintercard,
};
