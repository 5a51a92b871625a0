/** COPY with DB: within the database the session has selected, and never to one where no client would find the key. */
import { type Arguments, isWord, textOf } from "../../protocol/arguments.ts";
import type { Session } from "../session.ts";
import { databaseOf } from "../variant.ts";

/** Where the options begin, behind the two keys. */
const OPTIONS = 3;

/** Why the COPY can't be served, as an error reply without its dash; empty when it can. */
export function copyFault({ pool, variant }: Session, args: Arguments): string {
  const { databases, redisDb } = pool.config;
  for (let i = OPTIONS; i < args.count - 1; i++) {
    if (!isWord(args, i, "DB")) continue;
    const text = textOf(args, ++i);
    if (!/^-?\d+$/.test(text)) return "ERR value is not an integer or out of range";
    const database = Number(text);
    if (database < 0 || database >= databases) return "ERR DB index is out of range";
    if (database !== databaseOf(variant)) {
      return "ERR COPY with DB works on two databases, and this pool keeps them apart";
    }
    // The servers number the pool's databases from there.
    if (redisDb !== 0) return "ERR COPY with DB is not possible in a pool with redis_db; leave it out";
  }
  return "";
}
