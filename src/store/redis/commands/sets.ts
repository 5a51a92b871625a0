/** Sets. */
import { Draw } from "../../data/chance.ts";
import { SET } from "../../data/entry.ts";
import {
  findMember,
  findMembers,
  insertMembers,
  type Member,
  memberPages,
  removeMembers,
  textOf,
} from "../../data/members.ts";
import { syntaxError } from "../../failure.ts";
import type { Handler, Handlers } from "../call.ts";
import { countAt, drawsAt } from "../counts.ts";
import { scanElements } from "../scan_elements.ts";

const NOTHING = Buffer.alloc(0);

/** Members without anything beside them. */
function bare(members: Iterable<Buffer>): Member[] {
  return Array.from(members, (member) => ({ member, value: NOTHING }));
}

const sadd: Handler = async ({ args, keyspace, reply }) => {
  const members = new Map(args.slice(2).map((member) => [textOf(member), member]));
  for (const member of members.values()) keyspace.checkLength(member, "member");
  const found = await keyspace.findOf(args[1]!, SET);
  const entry = found ?? keyspace.create(args[1]!, SET);
  if (found !== null) {
    for (const text of (await findMembers(keyspace, entry, [...members.values()])).keys()) {
      members.delete(text);
    }
  }
  if (members.size > 0) {
    insertMembers(keyspace, entry, bare(members.values()));
    entry.size += members.size;
    keyspace.changed(entry);
  }
  reply.integer(members.size);
};

const srem: Handler = async ({ args, keyspace, reply }) => {
  const entry = await keyspace.findOf(args[1]!, SET);
  const found = entry === null ? [] : [...(await findMembers(keyspace, entry, args.slice(2))).values()];
  if (entry !== null) removeMembers(keyspace, entry, found.map(({ member }) => member));
  reply.integer(found.length);
};

const sismember: Handler = async ({ args, keyspace, reply }) => {
  const entry = await keyspace.findOf(args[1]!, SET);
  reply.integer(entry !== null && await findMember(keyspace, entry, args[2]!) !== null ? 1 : 0);
};

const smismember: Handler = async ({ args, keyspace, reply }) => {
  const members = args.slice(2);
  const entry = await keyspace.findOf(args[1]!, SET);
  const found = entry === null ? null : await findMembers(keyspace, entry, members);
  reply.array(members.length);
  for (const member of members) reply.integer(found?.has(textOf(member)) ? 1 : 0);
};

const smembers: Handler = async ({ args, keyspace, reply }) => {
  const entry = await keyspace.findOf(args[1]!, SET);
  reply.set(entry?.size ?? 0);
  if (entry === null) return;
  for await (const page of memberPages(keyspace, entry)) for (const { member } of page) reply.bulk(member);
};

const scard: Handler = async ({ args, keyspace, reply }) => {
  reply.integer((await keyspace.findOf(args[1]!, SET))?.size ?? 0);
};

/** SPOP key [count] */
const spop: Handler = async ({ args, keyspace, reply }) => {
  if (args.length > 3) throw syntaxError();
  const count = args.length === 2 ? null : countAt(args, 2);
  const entry = await keyspace.findOf(args[1]!, SET);
  if (entry === null) {
    if (count === null) reply.null();
    else reply.set(0);
    return;
  }
  const draw = new Draw(keyspace, entry);
  const drawn = count === null ? [await draw.one()] : await draw.several(count);
  if (count !== null) reply.set(drawn.length);
  for (const { member } of drawn) reply.bulk(member);
  removeMembers(keyspace, entry, drawn.map(({ member }) => member));
};

/** SRANDMEMBER key [count] */
const srandmember: Handler = async ({ args, keyspace, reply }) => {
  if (args.length > 3) throw syntaxError();
  const count = args.length === 2 ? null : drawsAt(args, 2);
  const entry = await keyspace.findOf(args[1]!, SET);
  if (count === null) {
    reply.bulkOrNull(entry === null ? null : (await new Draw(keyspace, entry).one()).member);
    return;
  }
  if (entry === null || count === 0) {
    reply.array(0);
    return;
  }
  const draw = new Draw(keyspace, entry);
  if (count < 0) {
    reply.array(-count);
    for (let i = count; i < 0; i++) reply.bulk((await draw.one()).member);
  } else {
    const drawn = await draw.several(count);
    reply.array(drawn.length);
    for (const { member } of drawn) reply.bulk(member);
  }
};

const smove: Handler = async ({ args, keyspace, reply }) => {
  const [, from, to, member] = args as [Buffer, Buffer, Buffer, Buffer];
  const entry = await keyspace.findOf(from, SET);
  const other = entry === null ? null : await keyspace.findOf(to, SET);
  if (entry === null || await findMember(keyspace, entry, member) === null) {
    reply.integer(0);
    return;
  }
  if (entry !== other) {
    keyspace.checkLength(to, "key");
    const target = other ?? keyspace.create(to, SET);
    if (other === null || await findMember(keyspace, target, member) === null) {
      insertMembers(keyspace, target, bare([member]));
      target.size++;
    }
    removeMembers(keyspace, entry, [member]);
    keyspace.changed(target);
  }
  reply.integer(1);
};

/** Sets, one by one. */
export const SET_COMMANDS: Handlers = {
  sadd,
  srem,
  sismember,
  smismember,
  smembers,
  scard,
  spop,
  srandmember,
  smove,
  sscan: scanElements(SET, null),
};
