/** HSCAN, SSCAN and ZSCAN: the cursor is the place to go on from, so that it outlives the store. */
import { matchesPattern } from "../../protocol/redis/glob.ts";
import type { Type } from "../data/entry.ts";
import { type Member, membersFrom, type Page } from "../data/members.ts";
import type { Call, Handler } from "./call.ts";
import { cursorAt, scanOptionsAt } from "./scan_options.ts";

/** Of a key that isn't there Redis doesn't read the options. */
const UNREAD = { count: 0, pattern: null };
const NOTHING: Page = { members: [], next: null };

/** The command for keys of one type; `writeValue` writes what comes with a member, if anything does. */
export function scanElements(type: Type, writeValue: ((call: Call, member: Member) => void) | null): Handler {
  return async (call) => {
    const { args, keyspace, reply } = call;
    const cursor = cursorAt(args, 2);
    const entry = await keyspace.findOf(args[1]!, type);
    const { count, pattern } = entry === null ? UNREAD : scanOptionsAt(args, 3);
    const page = entry === null ? NOTHING : await membersFrom(keyspace, entry, cursor, count);
    const found = page.members.filter(({ member }) =>
      pattern === null || matchesPattern(pattern, member, 0, member.length)
    );
    reply.array(2);
    reply.bulkText(String(page.next ?? 0));
    reply.array(found.length * (writeValue === null ? 1 : 2));
    for (const each of found) {
      reply.bulk(each.member);
      writeValue?.(call, each);
    }
  };
}
