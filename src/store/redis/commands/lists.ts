/** Lists. */
import { type Entry, LIST } from "../../data/entry.ts";
import { cut, insertAt, itemAt, itemPages, items, push, removeAt, replace } from "../../data/items.ts";
import type { Keyspace } from "../../data/keyspace.ts";
import { Failure, syntaxError } from "../../failure.ts";
import type { Call, Handler, Handlers } from "../call.ts";
import { atLeastAt, countAt, countOption } from "../counts.ts";
import { integerAt, keywordAt } from "../numbers.ts";
import type { Reply } from "../reply.ts";
import { span } from "../ranges.ts";

/** LPUSH, RPUSH, and where the list has to be there LPUSHX, RPUSHX. */
function pushTo(isLeft: boolean, onlyIfThere: boolean): Handler {
  return async ({ args, keyspace, reply }) => {
    const found = await keyspace.findOf(args[1]!, LIST);
    if (found === null && onlyIfThere) {
      reply.integer(0);
      return;
    }
    const entry = found ?? keyspace.create(args[1]!, LIST);
    push(keyspace, entry, isLeft, args.slice(2));
    reply.integer(entry.size);
  };
}

async function writeItems(
  keyspace: Keyspace,
  reply: Reply,
  entry: Entry,
  from: number,
  to: number,
): Promise<void> {
  for await (const page of itemPages(keyspace, entry, from, to)) for (const item of page) reply.bulk(item);
}

/** Writes so many items of one end, and takes them away. */
async function pop({ keyspace, reply }: Call, entry: Entry, isLeft: boolean, count: number): Promise<void> {
  const [first, last] = isLeft ? [0, count - 1] : [entry.size - 1, entry.size - count];
  if (count > 0) await writeItems(keyspace, reply, entry, first, last);
  cut(keyspace, entry, isLeft, count);
}

/** LPOP and RPOP: key, [count]. */
function popFrom(isLeft: boolean): Handler {
  return async (call) => {
    const { args, keyspace, reply, command } = call;
    if (args.length > 3) throw new Failure(`ERR wrong number of arguments for '${command.name}' command`);
    const count = args.length === 2 ? null : countAt(args, 2);
    const entry = await keyspace.findOf(args[1]!, LIST);
    if (entry === null) {
      if (count === null) reply.null();
      else reply.nullArray();
      return;
    }
    const taken = Math.min(count ?? 1, entry.size);
    if (count !== null) reply.array(taken);
    await pop(call, entry, isLeft, taken);
  };
}

const llen: Handler = async ({ args, keyspace, reply }) => {
  reply.integer((await keyspace.findOf(args[1]!, LIST))?.size ?? 0);
};

const lrange: Handler = async ({ args, keyspace, reply }) => {
  const [start, stop] = [integerAt(args, 2), integerAt(args, 3)];
  const entry = await keyspace.findOf(args[1]!, LIST);
  const { offset, limit } = span(start, stop, entry?.size ?? 0);
  reply.array(limit);
  if (entry === null || limit === 0) return;
  await writeItems(keyspace, reply, entry, offset, offset + limit - 1);
};

/** The index counted from the beginning, or null when the list has none such. */
function indexIn(entry: Entry, index: number): number | null {
  const at = index < 0 ? entry.size + index : index;
  return at < 0 || at >= entry.size ? null : at;
}

const lindex: Handler = async ({ args, keyspace, reply }) => {
  const entry = await keyspace.findOf(args[1]!, LIST);
  if (entry === null) {
    reply.null();
    return;
  }
  const at = indexIn(entry, integerAt(args, 2));
  reply.bulkOrNull(at === null ? null : await itemAt(keyspace, entry, at));
};

const lset: Handler = async ({ args, keyspace, reply }) => {
  const entry = await keyspace.findOf(args[1]!, LIST);
  if (entry === null) throw new Failure("ERR no such key");
  const at = indexIn(entry, integerAt(args, 2));
  if (at === null) throw new Failure("ERR index out of range");
  replace(keyspace, entry, at, args[3]!);
  reply.ok();
};

const ltrim: Handler = async ({ args, keyspace, reply }) => {
  const [start, stop] = [integerAt(args, 2), integerAt(args, 3)];
  const entry = await keyspace.findOf(args[1]!, LIST);
  if (entry !== null) {
    const { offset, limit } = span(start, stop, entry.size);
    if (limit === 0) keyspace.remove(entry);
    else {
      cut(keyspace, entry, false, entry.size - offset - limit);
      cut(keyspace, entry, true, offset);
    }
  }
  reply.ok();
};

/** Indexes of the items that equal a value, at most so many, from the beginning or from the end. */
async function indexesOf(
  keyspace: Keyspace,
  entry: Entry,
  value: Buffer,
  isBackwards: boolean,
  most: number,
  skipped = 0,
  compared = Infinity,
): Promise<number[]> {
  const found: number[] = [];
  const step = isBackwards ? -1 : 1;
  let at = isBackwards ? entry.size - 1 : 0;
  let [left, toSkip] = [compared, skipped];
  for await (const item of items(keyspace, entry, at, isBackwards ? 0 : entry.size - 1)) {
    if (left-- <= 0) break;
    if (item.equals(value) && toSkip-- <= 0) found.push(at);
    if (found.length === most) break;
    at += step;
  }
  return found;
}

const lrem: Handler = async ({ args, keyspace, reply }) => {
  const count = integerAt(args, 2);
  const entry = await keyspace.findOf(args[1]!, LIST);
  if (entry === null) {
    reply.integer(0);
    return;
  }
  const most = count === 0 ? Infinity : Math.abs(count);
  const found = await indexesOf(keyspace, entry, args[3]!, count < 0, most);
  removeAt(keyspace, entry, count < 0 ? found.reverse() : found);
  reply.integer(found.length);
};

const linsert: Handler = async ({ args, keyspace, reply }) => {
  const where = keywordAt(args, 2);
  if (where !== "BEFORE" && where !== "AFTER") throw syntaxError();
  const entry = await keyspace.findOf(args[1]!, LIST);
  if (entry === null) {
    reply.integer(0);
    return;
  }
  const [pivot] = await indexesOf(keyspace, entry, args[3]!, false, 1);
  if (pivot === undefined) {
    reply.integer(-1);
    return;
  }
  insertAt(keyspace, entry, where === "BEFORE" ? pivot : pivot + 1, args[4]!);
  reply.integer(entry.size);
};

const ZERO_RANK =
  "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start " +
  "from the end of the list";

/** LPOS key element [RANK rank] [COUNT matches] [MAXLEN comparisons] */
const lpos: Handler = async ({ args, keyspace, reply }) => {
  let [rank, maxlen] = [1, 0];
  let count: number | null = null;
  for (let i = 3; i < args.length; i += 2) {
    const word = keywordAt(args, i);
    if (i + 1 === args.length) throw syntaxError();
    if (word === "RANK") {
      rank = integerAt(args, i + 1);
      if (rank === 0) throw new Failure(ZERO_RANK);
    } else if (word === "COUNT") count = atLeastAt(args, i + 1, 0, "ERR COUNT can't be negative");
    else if (word === "MAXLEN") maxlen = atLeastAt(args, i + 1, 0, "ERR MAXLEN can't be negative");
    else throw syntaxError();
  }
  const entry = await keyspace.findOf(args[1]!, LIST);
  const most = count === null ? 1 : count || Infinity;
  const found = entry === null
    ? []
    : await indexesOf(keyspace, entry, args[2]!, rank < 0, most, Math.abs(rank) - 1, maxlen || Infinity);
  if (count !== null) {
    reply.array(found.length);
    for (const index of found) reply.integer(index);
  } else if (found.length === 0) reply.null();
  else reply.integer(found[0]!);
};

/** Moves an item from an end of a list to an end of a list, which may be the same. */
async function move({ keyspace, reply }: Call, from: Buffer, to: Buffer, fromLeft: boolean, toLeft: boolean) {
  const entry = await keyspace.findOf(from, LIST);
  if (entry === null) {
    reply.null();
    return;
  }
  const other = await keyspace.findOf(to, LIST);
  keyspace.checkLength(to, "key");
  const item = await itemAt(keyspace, entry, fromLeft ? 0 : entry.size - 1);
  reply.bulk(item);
  if (other === entry && fromLeft === toLeft) {
    keyspace.changed(entry);
    return;
  }
  // With its item pushed first, a list that is both is never empty.
  push(keyspace, other ?? keyspace.create(to, LIST), toLeft, [item]);
  cut(keyspace, entry, fromLeft, 1);
}

function isLeftAt(args: readonly Buffer[], index: number): boolean {
  const word = keywordAt(args, index);
  if (word !== "LEFT" && word !== "RIGHT") throw syntaxError();
  return word === "LEFT";
}

const lmove: Handler = (call) => {
  const { args } = call;
  return move(call, args[1]!, args[2]!, isLeftAt(args, 3), isLeftAt(args, 4));
};

/** LMPOP numkeys key [key ...] LEFT | RIGHT [COUNT count] */
const lmpop: Handler = async (call) => {
  const { args, keyspace, reply } = call;
  const numkeys = atLeastAt(args, 1, 1, "ERR numkeys should be greater than 0");
  const at = 2 + numkeys;
  if (at >= args.length) throw syntaxError();
  const isLeft = isLeftAt(args, at);
  const count = countOption(args, at + 1, syntaxError);
  for (const name of args.slice(2, at)) {
    const entry = await keyspace.findOf(name, LIST);
    if (entry === null) continue;
    const taken = Math.min(count, entry.size);
    reply.array(2);
    reply.bulk(name);
    reply.array(taken);
    await pop(call, entry, isLeft, taken);
    return;
  }
  reply.nullArray();
};

/** Lists. */
export const LIST_COMMANDS: Handlers = {
  lpush: pushTo(true, false),
  rpush: pushTo(false, false),
  lpushx: pushTo(true, true),
  rpushx: pushTo(false, true),
  lpop: popFrom(true),
  rpop: popFrom(false),
  llen,
  lrange,
  lindex,
  lset,
  ltrim,
  lrem,
  linsert,
  lpos,
  lmove,
  rpoplpush: (call) => move(call, call.args[1]!, call.args[2]!, false, true),
  lmpop,
};
