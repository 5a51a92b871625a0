/**
 * SORT with BY or GET reads keys whose names it makes of what it sorts. They are read on the server of the sorted
 * key, so that over several servers the result is right only when the pattern keeps them there: by a hash tag which
 * is the key's own and stands before the star.
 */
import { type Arguments, isWord } from "../../protocol/arguments.ts";
import type { Router } from "../../routing/router.ts";
import type { Pool } from "../pool.ts";

const STAR = 42;

/** Why the SORT or SORT_RO can't be served, as an error reply without its dash; empty when it can. */
export function sortFault(pool: Pool, args: Arguments): string {
  if (pool.backends.length === 1) return "";
  for (let i = 2; i < args.count - 1; i++) {
    if (isWord(args, i, "LIMIT")) i += 2;
    else if (isWord(args, i, "STORE")) i++;
    else if (isWord(args, i, "BY") || isWord(args, i, "GET")) {
      i++;
      if (!staysWithKey(pool.router, args, i)) return faultOf(args, i - 1);
    }
  }
  return "";
}

function staysWithKey(router: Router, args: Arguments, pattern: number): boolean {
  const bytes = args.bytesOf(pattern);
  const [start, end] = [args.start(pattern), args.end(pattern)];
  const star = bytes.indexOf(STAR, start);
  // Without a star no key is read.
  if (star < 0 || star >= end) return true;
  const tag = router.explain(bytes, start, end);
  const isTagged = tag.hash !== null && tag.start > start && tag.end < end;
  if (!isTagged || star < tag.end) return false;
  const wanted = Buffer.from(bytes.subarray(tag.start, tag.end));
  const key = router.explain(args.bytesOf(1), args.start(1), args.end(1));
  return wanted.equals(args.bytesOf(1).subarray(key.start, key.end));
}

function faultOf(args: Arguments, option: number): string {
  const name = isWord(args, option, "BY") ? "BY" : "GET";
  return `ERR ${name} of SORT reads keys that may live on other servers; ` +
    "put the hash tag of the sorted key before the star of the pattern";
}
