/** COPY with DB would put a key where no client of the pool can see it. */
import { type Arguments, isWord, textOf } from "../../protocol/arguments.ts";

/** Why the COPY can't be served, as an error reply without its dash; empty when it can. The pool has one database. */
export function copyFault(redisDb: number, args: Arguments): string {
  for (let i = 3; i < args.count - 1; i++) {
    if (!isWord(args, i, "DB")) continue;
    const database = textOf(args, ++i);
    if (!/^-?\d+$/.test(database)) return "ERR value is not an integer or out of range";
    if (Number(database) !== 0) return "ERR DB index is out of range";
    // What the pool calls 0 the servers call otherwise.
    if (redisDb !== 0) return "ERR COPY with DB is not possible in a pool with redis_db; leave it out";
  }
  return "";
}
