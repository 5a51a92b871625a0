/** Commands for keys of any type, one by one. */
import { copyElements } from "../../data/elements.ts";
import { type Entry, NEVER, STRING, TYPES } from "../../data/entry.ts";
import type { Keyspace } from "../../data/keyspace.ts";
import { Failure, syntaxError } from "../../failure.ts";
import type { Call, Handler, Handlers } from "../call.ts";
import { integerAt, keywordAt } from "../numbers.ts";
import { expireConditionAt, timeAt, type TimeForm } from "../times.ts";

const SECOND = 1000;

/** Does something for every key that is there; the reply is how many there were. */
function forEach(work: (keyspace: Keyspace, entry: Entry) => void): Handler {
  return async ({ args, keyspace, reply }) => {
    const names = args.slice(1);
    await keyspace.prefetch(names);
    let count = 0;
    for (const name of names) {
      const entry = await keyspace.find(name);
      if (entry === null) continue;
      count++;
      work(keyspace, entry);
    }
    reply.integer(count);
  };
}

const remove = forEach((keyspace, entry) => keyspace.remove(entry));
const count = forEach(() => {});

const type: Handler = async ({ args, keyspace, reply }) => {
  const entry = await keyspace.find(args[1]!);
  reply.status(entry === null ? "none" : TYPES[entry.type].name);
};

/** EXPIRE and its like: key, time, [NX | XX | GT | LT]. */
function expire(name: string, form: TimeForm): Handler {
  return async ({ args, keyspace, reply }) => {
    const { nx, xx, gt, lt } = expireConditionAt(args, 3);
    const time = timeAt(args, 2, form, keyspace.now, name);
    const entry = await keyspace.find(args[1]!);
    const stays = entry !== null && entry.expires === NEVER;
    const isLeft = entry === null || (nx && !stays) || (xx && stays) ||
      (gt && time <= entry.expires) || (lt && time >= entry.expires);
    if (!isLeft) {
      entry.expires = time;
      if (time <= keyspace.now) keyspace.remove(entry);
      else keyspace.changed(entry);
    }
    reply.integer(isLeft ? 0 : 1);
  };
}

/** TTL and its like: -2 without the key, -1 when it stays. */
function expiry(write: (expires: number, now: number) => number): Handler {
  return async ({ args, keyspace, reply }) => {
    const entry = await keyspace.find(args[1]!);
    if (entry === null) reply.integer(-2);
    else reply.integer(entry.expires === NEVER ? -1 : write(entry.expires, keyspace.now));
  };
}

const persist: Handler = async ({ args, keyspace, reply }) => {
  const entry = await keyspace.find(args[1]!);
  const isLimited = entry !== null && entry.expires !== NEVER;
  if (isLimited) {
    entry.expires = NEVER;
    keyspace.changed(entry);
  }
  reply.integer(isLimited ? 1 : 0);
};

const rename: Handler = async (call) => {
  const { entry, other } = await source(call);
  if (entry !== other) {
    if (other !== null) call.keyspace.remove(other);
    call.keyspace.rename(entry, call.args[2]!);
  }
  call.reply.ok();
};

const renamenx: Handler = async (call) => {
  const { entry, other } = await source(call);
  if (other === null) call.keyspace.rename(entry, call.args[2]!);
  call.reply.integer(other === null ? 1 : 0);
};

async function source({ args, keyspace }: Call): Promise<{ entry: Entry; other: Entry | null }> {
  const entry = await keyspace.find(args[1]!);
  if (entry === null) throw new Failure("ERR no such key");
  keyspace.checkLength(args[2]!, "key");
  return { entry, other: await keyspace.find(args[2]!) };
}

/** COPY source destination [DB 0] [REPLACE] */
const copy: Handler = async ({ args, keyspace, reply }) => {
  const [, from, to] = args as [Buffer, Buffer, Buffer];
  const replaces = copyOptions(args);
  if (from.equals(to)) throw new Failure("ERR source and destination objects are the same");
  const entry = await keyspace.find(from);
  const other = await keyspace.find(to);
  if (entry === null || (other !== null && !replaces)) {
    reply.integer(0);
    return;
  }
  keyspace.checkLength(to, "key");
  const value = entry.type === STRING ? await keyspace.valueOf(entry) : null;
  if (other !== null) keyspace.remove(other);
  const twin = keyspace.create(to, entry.type);
  twin.expires = entry.expires;
  twin.size = entry.size;
  twin.head = entry.head;
  twin.flags = entry.flags;
  if (value === null) copyElements(keyspace, entry, twin);
  else keyspace.setValue(twin, value);
  reply.integer(1);
};

function copyOptions(args: readonly Buffer[]): boolean {
  let replaces = false;
  for (let i = 3; i < args.length; i++) {
    const word = keywordAt(args, i);
    if (word === "REPLACE") replaces = true;
    else if (word === "DB" && i + 1 < args.length) {
      if (integerAt(args, ++i) !== 0) throw new Failure("ERR DB index is out of range");
    } else throw syntaxError();
  }
  return replaces;
}

const inSeconds = (ms: number) => Math.floor((ms + SECOND / 2) / SECOND);

/** Commands for single keys. */
export const KEY_COMMANDS: Handlers = {
  del: remove,
  unlink: remove,
  exists: count,
  touch: count,
  type,
  expire: expire("expire", { unit: SECOND, isRelative: true }),
  pexpire: expire("pexpire", { unit: 1, isRelative: true }),
  expireat: expire("expireat", { unit: SECOND, isRelative: false }),
  pexpireat: expire("pexpireat", { unit: 1, isRelative: false }),
  ttl: expiry((expires, now) => inSeconds(expires - now)),
  pttl: expiry((expires, now) => expires - now),
  expiretime: expiry(inSeconds),
  pexpiretime: expiry((expires) => expires),
  persist,
  rename,
  renamenx,
  copy,
};
