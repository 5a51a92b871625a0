/** Ranges of sorted sets. */
import { SORTED_SET } from "../../data/entry.ts";
import type { Keyspace } from "../../data/keyspace.ts";
import { type Member, removeMembers } from "../../data/members.ts";
import { type Condition, countIn, EVERYTHING, rangePages, removeIn } from "../../data/sorted.ts";
import { storeMembers } from "../../data/stored_set.ts";
import type { Handler, Handlers } from "../call.ts";
import { collect } from "../collect.ts";
import { integerAt } from "../numbers.ts";
import { lexAt, rangeAt, type RangeKind, type RangeRequest, scoresAt, span } from "../ranges.ts";
import { writeScored } from "./sorted_sets.ts";

async function* pagesOf(
  keyspace: Keyspace,
  name: Buffer,
  { range }: RangeRequest,
): AsyncGenerator<readonly Member[]> {
  const entry = await keyspace.findOf(name, SORTED_SET);
  const wanted = entry === null ? null : range(entry.size);
  if (entry !== null && wanted !== null) yield* rangePages(keyspace, entry, wanted);
}

/** Replies with a range. */
function range(kind: RangeKind): Handler {
  return async ({ args, keyspace, reply }) => {
    const request = rangeAt(args, 2, kind);
    const members = await collect(pagesOf(keyspace, args[1]!, request));
    const isNested = request.withScores && reply.version === 3;
    reply.array(request.withScores && !isNested ? members.length * 2 : members.length);
    for (const each of members) {
      if (request.withScores) writeScored(reply, each, isNested);
      else reply.bulk(each.member);
    }
  };
}

const zrangestore: Handler = async ({ args, keyspace, reply }) => {
  const request = rangeAt(args, 3, { isStored: true });
  reply.integer(
    await storeMembers(keyspace, args[1]!, SORTED_SET, pagesOf(keyspace, args[2]!, request)),
  );
};

/** Which elements: null when there can be none. */
type ReadCondition = (args: readonly Buffer[], min: number, max: number) => Condition | null;

function count(read: ReadCondition): Handler {
  return async ({ args, keyspace, reply }) => {
    const condition = read(args, 2, 3);
    const entry = await keyspace.findOf(args[1]!, SORTED_SET);
    const isEmpty = entry === null || condition === null;
    reply.integer(isEmpty ? 0 : await countIn(keyspace, entry, condition));
  };
}

function remove(read: ReadCondition): Handler {
  return async ({ args, keyspace, reply }) => {
    const condition = read(args, 2, 3);
    const entry = await keyspace.findOf(args[1]!, SORTED_SET);
    const isEmpty = entry === null || condition === null;
    reply.integer(isEmpty ? 0 : await removeIn(keyspace, entry, condition));
  };
}

const zremrangebyrank: Handler = async ({ args, keyspace, reply }) => {
  const [start, stop] = [integerAt(args, 2), integerAt(args, 3)];
  const entry = await keyspace.findOf(args[1]!, SORTED_SET);
  const wanted = { condition: EVERYTHING, isReverse: false, ...span(start, stop, entry?.size ?? 0) };
  let removed = 0;
  // A page is gone when the next is read, which follows it in the order of scores nevertheless.
  if (entry !== null) {
    for await (const page of rangePages(keyspace, entry, wanted)) {
      removed += page.length;
      removeMembers(keyspace, entry, page.map(({ member }) => member));
    }
  }
  reply.integer(removed);
};

/** Ranges of sorted sets. */
export const SORTED_RANGE_COMMANDS: Handlers = {
  zrange: range({}),
  zrevrange: range({ by: "RANK", isReverse: true }),
  zrangebyscore: range({ by: "SCORE", isReverse: false }),
  zrevrangebyscore: range({ by: "SCORE", isReverse: true }),
  zrangebylex: range({ by: "LEX", isReverse: false }),
  zrevrangebylex: range({ by: "LEX", isReverse: true }),
  zrangestore,
  zcount: count(scoresAt),
  zlexcount: count(lexAt),
  zremrangebyscore: remove(scoresAt),
  zremrangebylex: remove(lexAt),
  zremrangebyrank,
};
