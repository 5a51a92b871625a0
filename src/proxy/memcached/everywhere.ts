/** What becomes of the replies to requests that went to every server: `flush_all`, `verbosity`, `stats reset`. */
import { ReplyView } from "../reply_view.ts";
import type { Merge, Merged } from "../split.ts";
import { NOTHING } from "./hush.ts";

/** What all servers say; where they differ, the first reply that is not `expected`. */
export function sameReply(expected: string): Merge {
  return {
    merge(fragments): Merged {
      const replies = fragments.map((fragment) => new ReplyView(fragment));
      return (replies.find((reply) => !reply.has(expected, reply.from)) ?? replies[0]!).copy();
    },
  };
}

/** Nothing, whatever they say. */
export const HUSHED: Merge = { merge: () => NOTHING };
