/** Sorted sets. */
import { Draw } from "../../data/chance.ts";
import { type Entry, SORTED_SET } from "../../data/entry.ts";
import type { Keyspace } from "../../data/keyspace.ts";
import {
  findMember,
  findMembers,
  insertMembers,
  type Member,
  removeMembers,
  textOf,
  updateMember,
} from "../../data/members.ts";
import { scoreKey, scoreOf } from "../../data/score_key.ts";
import { EVERYTHING, rangePages, rankOf } from "../../data/sorted.ts";
import { Failure, syntaxError } from "../../failure.ts";
import type { Call, Handler, Handlers } from "../call.ts";
import { collect } from "../collect.ts";
import { atLeastAt, countAt, countOption, drawsAt } from "../counts.ts";
import { floatAt, keywordAt } from "../numbers.ts";
import { formatDouble, type Reply } from "../reply.ts";
import { scanElements } from "../scan_elements.ts";

/** What ZADD may be told. */
interface AddOptions {
  readonly words: ReadonlySet<string>;
  /** The argument with the first score. */
  readonly at: number;
}

const ADD_WORDS = ["NX", "XX", "GT", "LT", "CH", "INCR"];

function addOptions(args: readonly Buffer[]): AddOptions {
  const words = new Set<string>();
  let at = 2;
  while (at < args.length && ADD_WORDS.includes(keywordAt(args, at))) words.add(keywordAt(args, at++));
  const elements = args.length - at;
  if (elements === 0 || elements % 2 === 1) throw syntaxError();
  const [nx, gt, lt] = [words.has("NX"), words.has("GT"), words.has("LT")];
  if (nx && words.has("XX")) {
    throw new Failure("ERR XX and NX options at the same time are not compatible");
  }
  if ((gt && nx) || (lt && nx) || (gt && lt)) {
    throw new Failure("ERR GT, LT, and/or NX options at the same time are not compatible");
  }
  if (words.has("INCR") && elements > 2) {
    throw new Failure("ERR INCR option supports a single increment-element pair");
  }
  return { words, at };
}

/** ZADD key [NX | XX] [GT | LT] [CH] [INCR] score member [score member ...] */
const zadd: Handler = async (call) => {
  const { args } = call;
  const { words, at } = addOptions(args);
  const pairs: [number, Buffer][] = [];
  for (let i = at; i < args.length; i += 2) pairs.push([floatAt(args, i), args[i + 1]!]);
  await add(call, pairs, words);
};

const zincrby: Handler = async (call) => {
  await add(call, [[floatAt(call.args, 2), call.args[3]!]], new Set(["INCR"]));
};

async function add(
  { args, keyspace, reply }: Call,
  pairs: readonly (readonly [number, Buffer])[],
  words: ReadonlySet<string>,
): Promise<void> {
  const [, name] = args as [Buffer, Buffer];
  for (const [, member] of pairs) keyspace.checkLength(member, "member");
  const found = await keyspace.findOf(name, SORTED_SET);
  const known = found === null
    ? new Map<string, Member>()
    : await findMembers(keyspace, found, pairs.map(([, member]) => member));
  const change = new ScoreChange(words, known);
  for (const [score, member] of pairs) change.take(score, member);
  if (change.fresh.size + change.updated.size > 0) {
    change.write(keyspace, found ?? keyspace.create(name, SORTED_SET));
  }
  if (!words.has("INCR")) reply.integer(words.has("CH") ? change.added + change.changed : change.added);
  else if (change.score === null) reply.null();
  else reply.double(change.score);
}

/** What one ZADD does to the scores that are there. */
class ScoreChange {
  added = 0;
  changed = 0;
  /** With INCR: the member's score now; null when it was left alone. */
  score: number | null = null;
  readonly fresh = new Map<string, Member>();
  readonly updated = new Map<string, Member>();

  constructor(readonly words: ReadonlySet<string>, readonly known: Map<string, Member>) {}

  take(given: number, member: Buffer): void {
    const { words } = this;
    const text = textOf(member);
    const before = this.fresh.get(text) ?? this.updated.get(text) ?? this.known.get(text);
    if (before === undefined ? words.has("XX") : words.has("NX")) return;
    const old = before === undefined ? null : scoreOf(before.value);
    const score = words.has("INCR") ? (old ?? 0) + given : given;
    if (Number.isNaN(score)) throw new Failure("ERR resulting score is not a number (NaN)");
    if (old !== null && ((words.has("GT") && score <= old) || (words.has("LT") && score >= old))) return;
    this.score = score;
    const element = { member, value: scoreKey(score) };
    if (old === null) {
      this.added++;
      this.fresh.set(text, element);
    } else if (score !== old) {
      this.changed++;
      if (this.fresh.has(text)) this.fresh.set(text, element);
      else this.updated.set(text, element);
    }
  }

  write(keyspace: Keyspace, entry: Entry): void {
    insertMembers(keyspace, entry, this.fresh.values());
    for (const element of this.updated.values()) updateMember(keyspace, entry, element);
    entry.size += this.fresh.size;
    keyspace.changed(entry);
  }
}

const zrem: Handler = async ({ args, keyspace, reply }) => {
  const entry = await keyspace.findOf(args[1]!, SORTED_SET);
  const found = entry === null ? [] : [...(await findMembers(keyspace, entry, args.slice(2))).values()];
  if (entry !== null) removeMembers(keyspace, entry, found.map(({ member }) => member));
  reply.integer(found.length);
};

const zscore: Handler = async ({ args, keyspace, reply }) => {
  const entry = await keyspace.findOf(args[1]!, SORTED_SET);
  const found = entry === null ? null : await findMember(keyspace, entry, args[2]!);
  if (found === null) reply.null();
  else reply.double(scoreOf(found.value));
};

const zmscore: Handler = async ({ args, keyspace, reply }) => {
  const members = args.slice(2);
  const entry = await keyspace.findOf(args[1]!, SORTED_SET);
  const found = entry === null ? null : await findMembers(keyspace, entry, members);
  reply.array(members.length);
  for (const member of members) {
    const element = found?.get(textOf(member));
    if (element === undefined) reply.null();
    else reply.double(scoreOf(element.value));
  }
};

const zcard: Handler = async ({ args, keyspace, reply }) => {
  reply.integer((await keyspace.findOf(args[1]!, SORTED_SET))?.size ?? 0);
};

function rank(isReverse: boolean): Handler {
  return async ({ args, keyspace, reply }) => {
    const entry = await keyspace.findOf(args[1]!, SORTED_SET);
    const found = entry === null ? null : await findMember(keyspace, entry, args[2]!);
    if (entry === null || found === null) reply.null();
    else reply.integer(await rankOf(keyspace, entry, found, isReverse));
  };
}

/** Writes a member with its score: in RESP3 as a pair when `isNested`. */
export function writeScored(reply: Reply, { member, value }: Member, isNested: boolean): void {
  if (isNested) reply.array(2);
  reply.bulk(member);
  reply.double(scoreOf(value));
}

/** The first elements, or the last, which are taken away. Errors: a Failure when they are too long for a reply. */
async function takeEnd(keyspace: Keyspace, entry: Entry, isMax: boolean, count: number): Promise<Member[]> {
  const range = { condition: EVERYTHING, isReverse: isMax, offset: 0, limit: count };
  const taken = await collect(rangePages(keyspace, entry, range));
  removeMembers(keyspace, entry, taken.map(({ member }) => member));
  return taken;
}

/** ZPOPMIN and ZPOPMAX: key, [count]. */
function pop(isMax: boolean): Handler {
  return async ({ args, keyspace, reply }) => {
    if (args.length > 3) throw syntaxError();
    const count = args.length === 2 ? null : countAt(args, 2);
    const entry = await keyspace.findOf(args[1]!, SORTED_SET);
    const taken = entry === null ? [] : await takeEnd(keyspace, entry, isMax, count ?? 1);
    const isNested = reply.version === 3 && count !== null;
    reply.array(isNested ? taken.length : taken.length * 2);
    for (const element of taken) writeScored(reply, element, isNested);
  };
}

/** ZMPOP numkeys key [key ...] MIN | MAX [COUNT count] */
const zmpop: Handler = async ({ args, keyspace, reply }) => {
  const numkeys = atLeastAt(args, 1, 1, "ERR numkeys should be greater than 0");
  const at = 2 + numkeys;
  if (at >= args.length) throw syntaxError();
  const where = keywordAt(args, at);
  if (where !== "MIN" && where !== "MAX") throw syntaxError();
  const count = countOption(args, at + 1, syntaxError);
  for (const name of args.slice(2, at)) {
    const entry = await keyspace.findOf(name, SORTED_SET);
    if (entry === null) continue;
    const taken = await takeEnd(keyspace, entry, where === "MAX", count);
    reply.array(2);
    reply.bulk(name);
    reply.array(taken.length);
    for (const element of taken) writeScored(reply, element, true);
    return;
  }
  reply.nullArray();
};

/** ZRANDMEMBER key [count [WITHSCORES]] */
const zrandmember: Handler = async ({ args, keyspace, reply }) => {
  if (args.length > 4 || (args.length === 4 && keywordAt(args, 3) !== "WITHSCORES")) throw syntaxError();
  const withScores = args.length === 4;
  const count = args.length === 2 ? null : drawsAt(args, 2, withScores ? 2n : 1n);
  const entry = await keyspace.findOf(args[1]!, SORTED_SET);
  if (count === null) {
    reply.bulkOrNull(entry === null ? null : (await new Draw(keyspace, entry).one()).member);
    return;
  }
  if (entry === null || count === 0) {
    reply.array(0);
    return;
  }
  const draw = new Draw(keyspace, entry);
  const isNested = reply.version === 3;
  const width = withScores && !isNested ? 2 : 1;
  const write = (element: Member) => {
    if (withScores) writeScored(reply, element, isNested);
    else reply.bulk(element.member);
  };
  if (count < 0) {
    reply.array(-count * width);
    for (let i = count; i < 0; i++) write(await draw.one());
  } else {
    const drawn = await draw.several(count);
    reply.array(drawn.length * width);
    for (const each of drawn) write(each);
  }
};

/** Sorted sets, one by one. */
export const SORTED_SET_COMMANDS: Handlers = {
  zadd,
  zincrby,
  zrem,
  zscore,
  zmscore,
  zcard,
  zrank: rank(false),
  zrevrank: rank(true),
  zpopmin: pop(false),
  zpopmax: pop(true),
  zmpop,
  zrandmember,
  zscan: scanElements(SORTED_SET, ({ reply }, { value }) => reply.bulkText(formatDouble(scoreOf(value)))),
};
