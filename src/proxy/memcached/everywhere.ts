/** Requests that go to every server: `flush_all`, `verbosity`, and those `stats` that add up. */
import type { Outbox } from "../../transport/outbox.ts";
import { turn } from "../../transport/turn.ts";
import { ReplyView } from "../reply_view.ts";
import { Request } from "../request.ts";
import type { Session } from "../session.ts";
import { type Merge, type Merged, Split } from "../split.ts";
import { NOTHING } from "./hush.ts";

/** Sends what `append` writes to every server; `merge` makes one reply of theirs. */
export function askEverywhere(
  session: Session,
  command: number,
  append: (outbox: Outbox) => void,
  merge: Merge,
): void {
  const { backends } = session.pool;
  const parent = session.expect(command);
  session.charge(parent);
  const split = new Split(parent, merge);
  for (const backend of backends) {
    const lane = backend.laneOf(session);
    const fragment = new Request(null, split, command, turn.now);
    split.add(fragment);
    if (!lane.begin(fragment)) continue;
    append(lane.outbox);
    lane.push();
    if (lane.full) session.waitFor(lane);
  }
  split.seal();
}

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
