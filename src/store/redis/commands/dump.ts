/** DUMP and RESTORE. */
import { type Entry, HASH, LIST, NEVER, SORTED_SET, STRING } from "../../data/entry.ts";
import { items, push } from "../../data/items.ts";
import type { Keyspace } from "../../data/keyspace.ts";
import { insertMembers, type Member, memberPages } from "../../data/members.ts";
import { type Dump, DumpWriter, readDump } from "../../dump_format.ts";
import { Failure, syntaxError } from "../../failure.ts";
import type { Handler, Handlers } from "../call.ts";
import { integerAt, keywordAt } from "../numbers.ts";

const NOTHING = Buffer.alloc(0);

const dump: Handler = async ({ args, keyspace, reply }) => {
  const entry = await keyspace.find(args[1]!);
  if (entry === null) {
    reply.null();
    return;
  }
  const writer = new DumpWriter(entry.type, entry.flags);
  for await (const element of elementsOf(keyspace, entry)) writer.add(element);
  reply.bulk(writer.finish());
};

async function* elementsOf(keyspace: Keyspace, entry: Entry): AsyncGenerator<Buffer> {
  if (entry.type === STRING) yield await keyspace.valueOf(entry);
  else if (entry.type === LIST) yield* items(keyspace, entry, 0, entry.size - 1);
  else {
    const isPair = entry.type === HASH || entry.type === SORTED_SET;
    for await (const page of memberPages(keyspace, entry)) {
      for (const { member, value } of page) {
        yield member;
        if (isPair) yield value;
      }
    }
  }
}

/** What RESTORE takes behind the payload. */
interface RestoreOptions {
  readonly replaces: boolean;
  readonly isAbsolute: boolean;
}

function restoreOptions(args: readonly Buffer[]): RestoreOptions {
  let [replaces, isAbsolute] = [false, false];
  for (let i = 4; i < args.length; i++) {
    const word = keywordAt(args, i);
    if (word === "REPLACE") replaces = true;
    else if (word === "ABSTTL") isAbsolute = true;
    else if ((word === "IDLETIME" || word === "FREQ") && i + 1 < args.length) {
      // There is no eviction that would go by it.
      if (integerAt(args, ++i) < 0) throw new Failure(`ERR Invalid ${word} value, must be >= 0`);
    } else throw syntaxError();
  }
  return { replaces, isAbsolute };
}

/** RESTORE key ttl payload [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency] */
const restore: Handler = async ({ args, keyspace, reply }) => {
  const { replaces, isAbsolute } = restoreOptions(args);
  const [, name, , payload] = args as [Buffer, Buffer, Buffer, Buffer];
  const old = await keyspace.find(name);
  if (old !== null && !replaces) throw new Failure("BUSYKEY Target key name already exists.");
  const ttl = integerAt(args, 2);
  if (ttl < 0) throw new Failure("ERR Invalid TTL value, must be >= 0");
  const read = readDump(payload);
  if (read === null) throw new Failure("ERR DUMP payload version or checksum are wrong");
  keyspace.checkLength(name, "key");
  for (const { member } of membersOf(read)) keyspace.checkLength(member, "member");
  if (old !== null) keyspace.remove(old);
  const expires = ttl === 0 ? NEVER : isAbsolute ? ttl : keyspace.now + ttl;
  if (expires > keyspace.now) await build(keyspace, name, read, expires);
  reply.ok();
};

async function build(keyspace: Keyspace, name: Buffer, read: Dump, expires: number): Promise<void> {
  const { type, flags, elements } = read;
  if (type === STRING) {
    await keyspace.setString(name, elements[0]!, { expires, flags });
    return;
  }
  const entry = keyspace.create(name, type);
  entry.expires = expires;
  if (type === LIST) {
    push(keyspace, entry, false, elements);
    return;
  }
  const members = membersOf(read);
  insertMembers(keyspace, entry, members);
  entry.size = members.length;
  keyspace.changed(entry);
}

/** The members of what has some. */
function membersOf({ type, elements }: Dump): Member[] {
  if (type === STRING || type === LIST) return [];
  if (type !== HASH && type !== SORTED_SET) return elements.map((member) => ({ member, value: NOTHING }));
  const members: Member[] = [];
  for (let i = 0; i < elements.length; i += 2) {
    members.push({ member: elements[i]!, value: elements[i + 1]! });
  }
  return members;
}

/** DUMP and RESTORE. */
export const DUMP_COMMANDS: Handlers = { dump, restore };
