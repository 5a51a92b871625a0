/** Hashes. */
import { Draw } from "../../data/chance.ts";
import { HASH } from "../../data/entry.ts";
import type { Keyspace } from "../../data/keyspace.ts";
import {
  findMember,
  findMembers,
  insertMembers,
  type Member,
  memberPages,
  removeMembers,
  textOf,
  updateMember,
} from "../../data/members.ts";
import { Failure, syntaxError } from "../../failure.ts";
import type { Call, Handler, Handlers } from "../call.ts";
import { drawsAt } from "../counts.ts";
import { keywordAt, NOT_A_FLOAT, readFloat } from "../numbers.ts";
import { scanElements } from "../scan_elements.ts";
import { bigAt, floatSumOf, sumOf } from "./counters.ts";

/** Sets fields. Shape: how many of them are new. */
export async function setFields(keyspace: Keyspace, name: Buffer, pairs: readonly Member[]): Promise<number> {
  const latest = new Map(pairs.map((pair) => [textOf(pair.member), pair]));
  for (const { member } of pairs) keyspace.checkLength(member, "field");
  const found = await keyspace.findOf(name, HASH);
  const entry = found ?? keyspace.create(name, HASH);
  const known = found === null
    ? new Map<string, Member>()
    : await findMembers(keyspace, entry, [...latest.values()].map(({ member }) => member));
  const fresh: Member[] = [];
  for (const [text, pair] of latest) {
    if (known.has(text)) updateMember(keyspace, entry, pair);
    else fresh.push(pair);
  }
  insertMembers(keyspace, entry, fresh);
  entry.size += fresh.length;
  keyspace.changed(entry);
  return fresh.length;
}

function pairsOf({ args, command }: Call): Member[] {
  if (args.length % 2 === 1) {
    throw new Failure(`ERR wrong number of arguments for '${command.name}' command`);
  }
  const pairs: Member[] = [];
  for (let i = 2; i < args.length; i += 2) pairs.push({ member: args[i]!, value: args[i + 1]! });
  return pairs;
}

const hset: Handler = async (call) => {
  call.reply.integer(await setFields(call.keyspace, call.args[1]!, pairsOf(call)));
};

const hmset: Handler = async (call) => {
  await setFields(call.keyspace, call.args[1]!, pairsOf(call));
  call.reply.ok();
};

const hsetnx: Handler = async ({ args, keyspace, reply }) => {
  const [, name, field, value] = args as [Buffer, Buffer, Buffer, Buffer];
  const isThere = await fieldOf(keyspace, name, field) !== null;
  if (!isThere) await setFields(keyspace, name, [{ member: field, value }]);
  reply.integer(isThere ? 0 : 1);
};

async function fieldOf(keyspace: Keyspace, name: Buffer, field: Buffer): Promise<Buffer | null> {
  const entry = await keyspace.findOf(name, HASH);
  if (entry === null) return null;
  const found = await findMember(keyspace, entry, field);
  return found === null ? null : found.value;
}

const hget: Handler = async ({ args, keyspace, reply }) => {
  reply.bulkOrNull(await fieldOf(keyspace, args[1]!, args[2]!));
};

const hstrlen: Handler = async ({ args, keyspace, reply }) => {
  reply.integer((await fieldOf(keyspace, args[1]!, args[2]!))?.length ?? 0);
};

const hexists: Handler = async ({ args, keyspace, reply }) => {
  reply.integer(await fieldOf(keyspace, args[1]!, args[2]!) === null ? 0 : 1);
};

const hmget: Handler = async ({ args, keyspace, reply }) => {
  const fields = args.slice(2);
  const entry = await keyspace.findOf(args[1]!, HASH);
  const found = entry === null ? null : await findMembers(keyspace, entry, fields);
  reply.array(fields.length);
  for (const field of fields) reply.bulkOrNull(found?.get(textOf(field))?.value ?? null);
};

const hdel: Handler = async ({ args, keyspace, reply }) => {
  const entry = await keyspace.findOf(args[1]!, HASH);
  const found = entry === null ? [] : [...(await findMembers(keyspace, entry, args.slice(2))).values()];
  if (entry !== null) removeMembers(keyspace, entry, found.map(({ member }) => member));
  reply.integer(found.length);
};

const hlen: Handler = async ({ args, keyspace, reply }) => {
  reply.integer((await keyspace.findOf(args[1]!, HASH))?.size ?? 0);
};

/** Replies with something of every field. */
function everyField(
  header: (call: Call, size: number) => void,
  write: (call: Call, field: Member) => void,
): Handler {
  return async (call) => {
    const entry = await call.keyspace.findOf(call.args[1]!, HASH);
    header(call, entry?.size ?? 0);
    if (entry === null) return;
    for await (const page of memberPages(call.keyspace, entry)) for (const field of page) write(call, field);
  };
}

const hincrby: Handler = async ({ args, keyspace, reply }) => {
  const [, name, field] = args as [Buffer, Buffer, Buffer];
  const by = bigAt(args, 3);
  const sum = sumOf(await fieldOf(keyspace, name, field), by, "ERR hash value is not an integer");
  await setFields(keyspace, name, [{ member: field, value: Buffer.from(String(sum)) }]);
  reply.integer(sum);
};

const hincrbyfloat: Handler = async ({ args, keyspace, reply }) => {
  const [, name, field, by] = args as [Buffer, Buffer, Buffer, Buffer];
  const more = readFloat(by);
  if (more === null) throw new Failure(NOT_A_FLOAT);
  if (!Number.isFinite(more)) throw new Failure("ERR value is NaN or Infinity");
  const value = floatSumOf(await fieldOf(keyspace, name, field), by, "ERR hash value is not a float");
  await setFields(keyspace, name, [{ member: field, value }]);
  reply.bulk(value);
};

/** HRANDFIELD key [count [WITHVALUES]] */
const hrandfield: Handler = async ({ args, keyspace, reply }) => {
  if (args.length > 4 || (args.length === 4 && keywordAt(args, 3) !== "WITHVALUES")) throw syntaxError();
  const withValues = args.length === 4;
  const count = args.length === 2 ? null : drawsAt(args, 2, withValues ? 2n : 1n);
  const entry = await keyspace.findOf(args[1]!, HASH);
  if (count === null) {
    reply.bulkOrNull(entry === null ? null : (await new Draw(keyspace, entry).one()).member);
    return;
  }
  if (entry === null || count === 0) {
    reply.array(0);
    return;
  }
  const draw = new Draw(keyspace, entry);
  const isNested = withValues && reply.version === 3;
  const write = ({ member, value }: Member) => {
    if (isNested) reply.array(2);
    reply.bulk(member);
    if (withValues) reply.bulk(value);
  };
  const width = withValues && !isNested ? 2 : 1;
  if (count < 0) {
    reply.array(-count * width);
    for (let i = count; i < 0; i++) write(await draw.one());
  } else {
    const drawn = await draw.several(count);
    reply.array(drawn.length * width);
    for (const each of drawn) write(each);
  }
};

/** Hashes. */
export const HASH_COMMANDS: Handlers = {
  hset,
  hmset,
  hsetnx,
  hget,
  hmget,
  hstrlen,
  hexists,
  hdel,
  hlen,
  hgetall: everyField(({ reply }, size) => reply.map(size), ({ reply }, { member, value }) => {
    reply.bulk(member);
    reply.bulk(value);
  }),
  hkeys: everyField(({ reply }, size) => reply.array(size), ({ reply }, { member }) => reply.bulk(member)),
  hvals: everyField(({ reply }, size) => reply.array(size), ({ reply }, { value }) => reply.bulk(value)),
  hincrby,
  hincrbyfloat,
  hrandfield,
  hscan: scanElements(HASH, ({ reply }, { value }) => reply.bulk(value)),
};
