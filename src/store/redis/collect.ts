/** Results whose number has to be known before the first of them is written. */
import type { Member } from "../data/members.ts";
import { Failure } from "../failure.ts";
import { MAX_REPLY_BYTES } from "../limits.ts";

/** What a member takes beside its bytes. */
const OVERHEAD = 64;

/** All members. Errors: a Failure when they are more than a reply may be. */
export async function collect(pages: AsyncIterable<readonly Member[]>): Promise<Member[]> {
  const members: Member[] = [];
  let bytes = 0;
  for await (const page of pages) {
    for (const member of page) {
      members.push(member);
      bytes += member.member.length + OVERHEAD;
    }
    if (bytes > MAX_REPLY_BYTES) {
      throw new Failure("ERR the result is too long for a reply; store it (SUNIONSTORE, ZUNIONSTORE ...)");
    }
  }
  return members;
}
