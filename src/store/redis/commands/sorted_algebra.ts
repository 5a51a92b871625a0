/** Unions, intersections and differences of sorted sets. */
import { type Aggregate, combine, type Operation, type Source } from "../../data/combine_sets.ts";
import { SET, SORTED_SET } from "../../data/entry.ts";
import type { Keyspace } from "../../data/keyspace.ts";
import type { Member } from "../../data/members.ts";
import { storeMembers } from "../../data/stored_set.ts";
import { Failure, syntaxError, wrongType } from "../../failure.ts";
import type { Call, Handler, Handlers } from "../call.ts";
import { collect } from "../collect.ts";
import { floatAt, integerAt, keywordAt } from "../numbers.ts";
import { countUpTo, limitOption } from "./set_algebra.ts";
import { writeScored } from "./sorted_sets.ts";

/** What such a command asks. */
interface Request {
  readonly names: readonly Buffer[];
  readonly weights: readonly number[];
  readonly aggregate: Aggregate;
  readonly withScores: boolean;
}

/** The number of keys at argument `at`. */
function numkeysAt({ args, command }: Call, at: number): number {
  const numkeys = integerAt(args, at);
  if (numkeys < 1) throw new Failure(`ERR at least 1 input key is needed for '${command.name}' command`);
  if (numkeys > args.length - at - 1) throw syntaxError();
  return numkeys;
}

/** Reads the keys from argument `at` on, and the options behind them. */
async function requestAt(call: Call, at: number, operation: Operation, isStored: boolean): Promise<
  Request & {
    sources: Source[];
  }
> {
  const { args, keyspace } = call;
  const numkeys = numkeysAt(call, at);
  const names = args.slice(at + 1, at + 1 + numkeys);
  // Redis looks at the keys before it looks at the options.
  const entries = [];
  for (const name of names) entries.push(await sourceEntry(keyspace, name));
  const options = readOptions(args, at + 1 + numkeys, numkeys, operation, isStored);
  const sources = entries.map((entry, i) => ({ entry, weight: options.weights[i]! }));
  return { names, ...options, sources };
}

async function sourceEntry(keyspace: Keyspace, name: Buffer) {
  const entry = await keyspace.find(name);
  if (entry !== null && entry.type !== SET && entry.type !== SORTED_SET) throw wrongType();
  return entry;
}

function readOptions(
  args: readonly Buffer[],
  from: number,
  numkeys: number,
  operation: Operation,
  isStored: boolean,
) {
  let weights: number[] = new Array(numkeys).fill(1);
  let aggregate: Aggregate = "SUM";
  let withScores = false;
  for (let i = from; i < args.length;) {
    const word = keywordAt(args, i);
    if (operation !== "diff" && word === "WEIGHTS" && i + numkeys < args.length) {
      weights = weights.map((_, n) => floatAt(args, i + 1 + n, "ERR weight value is not a float"));
      i += 1 + numkeys;
    } else if (operation !== "diff" && word === "AGGREGATE" && i + 1 < args.length) {
      aggregate = aggregateAt(args, i + 1);
      i += 2;
    } else if (word === "WITHSCORES" && !isStored) {
      withScores = true;
      i++;
    } else {
      throw syntaxError();
    }
  }
  return { weights, aggregate, withScores };
}

function aggregateAt(args: readonly Buffer[], at: number): Aggregate {
  const word = keywordAt(args, at);
  if (word !== "SUM" && word !== "MIN" && word !== "MAX") throw syntaxError();
  return word;
}

function reply(operation: Operation): Handler {
  return async (call) => {
    const { keyspace, reply } = call;
    const { sources, aggregate, withScores } = await requestAt(call, 1, operation, false);
    const members = await collect(combine(keyspace, operation, sources, aggregate));
    members.sort(inOrder);
    const isNested = withScores && reply.version === 3;
    reply.array(withScores && !isNested ? members.length * 2 : members.length);
    for (const each of members) {
      if (withScores) writeScored(reply, each, isNested);
      else reply.bulk(each.member);
    }
  };
}

function inOrder(a: Member, b: Member): number {
  return Buffer.compare(a.value, b.value) || Buffer.compare(a.member, b.member);
}

function store(operation: Operation): Handler {
  return async (call) => {
    const { args, keyspace } = call;
    const { sources, aggregate } = await requestAt(call, 2, operation, true);
    const pages = combine(keyspace, operation, sources, aggregate);
    call.reply.integer(await storeMembers(keyspace, args[1]!, SORTED_SET, pages));
  };
}

/** ZINTERCARD numkeys key [key ...] [LIMIT limit] */
const zintercard: Handler = async (call) => {
  const { args, keyspace } = call;
  const numkeys = numkeysAt(call, 1);
  const sources: Source[] = [];
  for (const name of args.slice(2, 2 + numkeys)) {
    sources.push({ entry: await sourceEntry(keyspace, name), weight: 1 });
  }
  const limit = limitOption(args, 2 + numkeys);
  call.reply.integer(await countUpTo(combine(keyspace, "inter", sources, "SUM"), limit));
};

/** Sorted sets, several at once. */
export const SORTED_ALGEBRA_COMMANDS: Handlers = {
  zunion: reply("union"),
  zinter: reply("inter"),
  zdiff: reply("diff"),
  zunionstore: store("union"),
  zinterstore: store("inter"),
  zdiffstore: store("diff"),
  zintercard,
};
