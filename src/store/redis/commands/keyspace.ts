/** Commands about all keys. */
import { matchesPattern } from "../../../protocol/redis/glob.ts";
import { type Entry, TYPES } from "../../data/entry.ts";
import type { Keyspace } from "../../data/keyspace.ts";
import { syntaxError } from "../../failure.ts";
import type { Handler, Handlers } from "../call.ts";
import { keywordAt } from "../numbers.ts";
import { cursorAt, scanOptionsAt } from "../scan_options.ts";

/** Keys read at once. */
const PAGE = 1000;
/** Up to here each key is as likely as any other; of more, one is drawn from a few that follow a random id. */
const EXACT = 1000;
const NEIGHBOURS = 16;

/** All keys that aren't over, in the order of their ids, from `id` on. */
async function* allKeys(keyspace: Keyspace, id = 0): AsyncGenerator<Entry> {
  for (let from = id;;) {
    const page = await keyspace.listFrom(from, PAGE);
    for (const entry of page) if (entry.expires > keyspace.now) yield entry;
    if (page.length < PAGE) return;
    from = page.at(-1)!.id + 1;
  }
}

const keys: Handler = async ({ args, keyspace, reply }) => {
  const pattern = args[1]!;
  let count = 0;
  // The header can't be written before the keys are counted, and they may be too many to be kept.
  for await (const { name } of allKeys(keyspace)) if (matches(pattern, name)) count++;
  reply.array(count);
  for await (const { name } of allKeys(keyspace)) if (matches(pattern, name)) reply.bulk(name);
};

/** SCAN cursor [MATCH pattern] [COUNT count] [TYPE type]; the cursor is the id to go on from. */
const scan: Handler = async ({ args, keyspace, reply }) => {
  const cursor = cursorAt(args, 1);
  const { count, pattern, type } = scanOptionsAt(args, 2, true);
  const page = await keyspace.listFrom(cursor, count);
  const found = page.filter((entry) =>
    entry.expires > keyspace.now && (pattern === null || matches(pattern, entry.name)) &&
    (type === null || TYPES[entry.type].name === type)
  );
  reply.array(2);
  reply.bulkText(page.length < count ? "0" : String(page.at(-1)!.id + 1));
  reply.array(found.length);
  for (const { name } of found) reply.bulk(name);
};

function matches(pattern: Buffer, name: Buffer): boolean {
  return matchesPattern(pattern, name, 0, name.length);
}

const randomkey: Handler = async ({ keyspace, reply }) => {
  const { keyCount, endOfIds } = keyspace.totals;
  const from = keyCount > EXACT ? Math.floor(Math.random() * endOfIds) : 0;
  const most = keyCount > EXACT ? NEIGHBOURS : EXACT;
  const found = await keyspace.listFrom(from, most);
  if (found.length === 0 && from > 0) found.push(...await keyspace.listFrom(0, most));
  const alive = found.filter(({ expires }) => expires > keyspace.now);
  if (alive.length === 0) reply.null();
  else reply.bulk(alive[Math.floor(Math.random() * alive.length)]!.name);
};

const flush: Handler = ({ args, keyspace, reply }) => {
  const word = args.length === 1 ? "SYNC" : keywordAt(args, 1);
  if (args.length > 2 || (word !== "SYNC" && word !== "ASYNC")) throw syntaxError();
  keyspace.clear();
  reply.ok();
};

/** Commands about all keys. */
export const KEYSPACE_COMMANDS: Handlers = {
  keys,
  scan,
  randomkey,
  dbsize: ({ keyspace, reply }) => reply.integer(keyspace.totals.keyCount),
  flushall: flush,
  flushdb: flush,
};
