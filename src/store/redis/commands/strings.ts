/** Strings. */
import { NEVER, STRING } from "../../data/entry.ts";
import { Failure } from "../../failure.ts";
import { MAX_BULK_BYTES } from "../../limits.ts";
import type { Call, Handler, Handlers } from "../call.ts";
import { integerAt } from "../numbers.ts";
import { positiveTimeAt, setOptionsAt, TIME_OPTIONS, type TimeForm } from "../times.ts";

const NOTHING = Buffer.alloc(0);

const get: Handler = async ({ args, keyspace, reply }) => {
  const entry = await keyspace.findOf(args[1]!, STRING);
  reply.bulkOrNull(entry === null ? null : await keyspace.valueOf(entry));
};

/** SET key value [NX | XX] [GET] [EX s | PX ms | EXAT s | PXAT ms | KEEPTTL] */
const set: Handler = async ({ args, keyspace, reply }) => {
  const { words, time } = setOptionsAt(args, 3, ["NX", "XX", "GET", "KEEPTTL"]);
  const expires = time === null ? NEVER : positiveTimeAt(args, time.index, time.form, keyspace.now, "set");
  const wantsOld = words.has("GET");
  const entry = wantsOld ? await keyspace.findOf(args[1]!, STRING) : await keyspace.find(args[1]!);
  if (wantsOld) reply.bulkOrNull(entry === null ? null : await keyspace.valueOf(entry));
  if ((words.has("NX") && entry !== null) || (words.has("XX") && entry === null)) {
    if (!wantsOld) reply.null();
    return;
  }
  const kept = words.has("KEEPTTL") && entry !== null ? entry.expires : expires;
  await keyspace.setString(args[1]!, args[2]!, { expires: kept });
  if (!wantsOld) reply.ok();
};

/** SETEX and PSETEX: key, time, value. */
function setWithTime(name: string, form: TimeForm): Handler {
  return async ({ args, keyspace, reply }) => {
    const expires = positiveTimeAt(args, 2, form, keyspace.now, name);
    await keyspace.setString(args[1]!, args[3]!, { expires });
    reply.ok();
  };
}

const setnx: Handler = async ({ args, keyspace, reply }) => {
  const isFree = await keyspace.find(args[1]!) === null;
  if (isFree) await keyspace.setString(args[1]!, args[2]!);
  reply.integer(isFree ? 1 : 0);
};

const getset: Handler = async ({ args, keyspace, reply }) => {
  const entry = await keyspace.findOf(args[1]!, STRING);
  reply.bulkOrNull(entry === null ? null : await keyspace.valueOf(entry));
  await keyspace.setString(args[1]!, args[2]!);
};

const getdel: Handler = async ({ args, keyspace, reply }) => {
  const entry = await keyspace.findOf(args[1]!, STRING);
  reply.bulkOrNull(entry === null ? null : await keyspace.valueOf(entry));
  if (entry !== null) keyspace.remove(entry);
};

/** GETEX key [EX s | PX ms | EXAT s | PXAT ms | PERSIST] */
const getex: Handler = async ({ args, keyspace, reply }) => {
  const { words, time } = setOptionsAt(args, 2, ["PERSIST"]);
  const entry = await keyspace.findOf(args[1]!, STRING);
  if (entry === null) {
    reply.null();
    return;
  }
  let { expires } = entry;
  if (words.has("PERSIST")) expires = NEVER;
  if (time !== null) expires = positiveTimeAt(args, time.index, time.form, keyspace.now, "getex");
  reply.bulk(await keyspace.valueOf(entry));
  if (expires === entry.expires) return;
  entry.expires = expires;
  if (expires <= keyspace.now) keyspace.remove(entry);
  else keyspace.changed(entry);
};

const mget: Handler = async ({ args, keyspace, reply }) => {
  await keyspace.prefetch(args.slice(1));
  reply.array(args.length - 1);
  for (let i = 1; i < args.length; i++) {
    const entry = await keyspace.find(args[i]!);
    reply.bulkOrNull(entry?.type === STRING ? await keyspace.valueOf(entry) : null);
  }
};

const mset: Handler = async (call) => {
  await setPairs(call);
  call.reply.ok();
};

const msetnx: Handler = async (call) => {
  const { args, keyspace, reply } = call;
  checkPairs(call);
  for (let i = 1; i < args.length; i += 2) {
    if (await keyspace.find(args[i]!) === null) continue;
    reply.integer(0);
    return;
  }
  await setPairs(call);
  reply.integer(1);
};

async function setPairs(call: Call): Promise<void> {
  const { args, keyspace } = call;
  checkPairs(call);
  for (let i = 1; i < args.length; i += 2) keyspace.checkLength(args[i]!, "key");
  for (let i = 1; i < args.length; i += 2) await keyspace.setString(args[i]!, args[i + 1]!);
}

function checkPairs({ args, command }: Call): void {
  if (args.length % 2 === 0) {
    throw new Failure(`ERR wrong number of arguments for '${command.name}' command`);
  }
}

const append: Handler = async ({ args, keyspace, reply }) => {
  const [, name, more] = args as [Buffer, Buffer, Buffer];
  const entry = await keyspace.findOf(name, STRING);
  if (entry === null) await keyspace.setString(name, more);
  else {
    checkSize(entry.size + more.length);
    keyspace.setValue(entry, Buffer.concat([await keyspace.valueOf(entry), more]));
  }
  reply.integer(entry?.size ?? more.length);
};

const strlen: Handler = async ({ args, keyspace, reply }) => {
  const entry = await keyspace.findOf(args[1]!, STRING);
  reply.integer(entry?.size ?? 0);
};

const getrange: Handler = async ({ args, keyspace, reply }) => {
  const [start, end] = [integerAt(args, 2), integerAt(args, 3)];
  const entry = await keyspace.findOf(args[1]!, STRING);
  if (entry === null || (start < 0 && end < 0 && start > end)) {
    reply.bulk(NOTHING);
    return;
  }
  const from = Math.max(0, start < 0 ? entry.size + start : start);
  const to = Math.max(0, end < 0 ? entry.size + end : end);
  reply.bulk((await keyspace.valueOf(entry)).subarray(from, to + 1));
};

const setrange: Handler = async ({ args, keyspace, reply }) => {
  const [, name, , patch] = args as [Buffer, Buffer, Buffer, Buffer];
  const offset = integerAt(args, 2);
  if (offset < 0) throw new Failure("ERR offset is out of range");
  const entry = await keyspace.findOf(name, STRING);
  if (patch.length === 0) {
    reply.integer(entry?.size ?? 0);
    return;
  }
  checkSize(offset + patch.length);
  const value = patched(entry === null ? NOTHING : await keyspace.valueOf(entry), offset, patch);
  if (entry === null) await keyspace.setString(name, value);
  else keyspace.setValue(entry, value);
  reply.integer(value.length);
};

function patched(old: Buffer, offset: number, patch: Buffer): Buffer {
  const value = Buffer.alloc(Math.max(old.length, offset + patch.length));
  old.copy(value);
  patch.copy(value, offset);
  return value;
}

function checkSize(size: number): void {
  if (size > MAX_BULK_BYTES) {
    throw new Failure("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
  }
}

/** Strings. */
export const STRING_COMMANDS: Handlers = {
  append,
  get,
  getdel,
  getex,
  getrange,
  getset,
  mget,
  mset,
  msetnx,
  psetex: setWithTime("psetex", TIME_OPTIONS.PX!),
  set,
  setex: setWithTime("setex", TIME_OPTIONS.EX!),
  setnx,
  setrange,
  strlen,
  substr: getrange,
};
