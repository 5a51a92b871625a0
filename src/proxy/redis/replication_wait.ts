/**
 * WAIT and WAITAOF: have the client's writes reached so many replicas? Its writes went over lanes that others use,
 * to several servers; so each server it has written to is asked on a pinned lane, once all writes are answered. A
 * connection's WAIT covers what the server had done when it last heard from it, hence the PING in front.
 */
import { textOf } from "../../protocol/arguments.ts";
import { ARRAY, ERROR, INTEGER } from "../../protocol/redis/bytes.ts";
import type { Command } from "../../protocol/redis/command.ts";
import type { RequestScanner } from "../../protocol/redis/request_scanner.ts";
import { turn } from "../../transport/turn.ts";
import type { Pool } from "../pool.ts";
import { Request } from "../request.ts";
import { appendRange } from "../request_bytes.ts";
import type { Session } from "../session.ts";
import { type Merge, Split } from "../split.ts";
import { QUIET } from "../stall.ts";
import { connectionId } from "./connection_ids.ts";
import { FragmentReply } from "./fragment_reply.ts";
import { encodeCommand } from "./greeting.ts";
import { UNEXPECTED } from "./merges.ts";
import { ALL_PINNED } from "./pinned_requests.ts";
import { stateOf } from "./redis_session.ts";
import { arrayReply, errorReply, integerReply } from "./replies.ts";

const PING = encodeCommand(["PING"]);

/** The smallest count of all servers counts: one integer, or one by one of arrays of them. */
const MERGE_LEAST: Merge = {
  merge(fragments) {
    const replies = fragments.map((fragment) => new FragmentReply(fragment));
    const fault = replies.find(({ type }) => type === ERROR);
    if (fault !== undefined) return fault.copy();
    const counts = replies.map(countsOf);
    const width = counts[0]!.length;
    if (width === 0 || counts.some(({ length }) => length !== width)) return UNEXPECTED;
    const least = counts[0]!.map((_, i) => integerReply(Math.min(...counts.map((each) => each[i]!))));
    return replies[0]!.byte(replies[0]!.from) === ARRAY ? arrayReply(least) : least[0]!;
  },
};

/** The integers of a reply; none when it is of another form. */
function countsOf(reply: FragmentReply): number[] {
  const counts: number[] = [];
  const count = reply.type === ARRAY ? reply.takeNumber() : 1;
  for (let i = 0; i < count; i++) {
    if (reply.type !== INTEGER) return [];
    counts.push(reply.takeNumber());
  }
  return counts;
}

/** Serves WAIT and WAITAOF for one pool. */
export class ReplicationWait {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Asks every server the session has written to; all servers when it has written nothing. */
  serve(session: Session, command: Command, request: RequestScanner): void {
    if (session.replies.pending > 0) {
      session.putBack(request.copy(), QUIET);
      return;
    }
    const { pins } = stateOf(session);
    const { wrote } = session.client;
    const { backends } = this.#pool;
    const written = backends.filter(({ counters }) => (counters.mark & wrote) !== 0);
    const asked = (written.length === 0 ? backends : written).map((backend) => pins.take(backend));
    if (asked.includes(null)) {
      pins.giveIdle();
      session.reply(errorReply(ALL_PINNED));
      return;
    }
    const parent = session.expect(command.id + 1);
    session.charge(parent);
    const split = new Split(parent, MERGE_LEAST);
    for (const pin of asked) {
      const { lane } = pin!;
      void connectionId(lane);
      const fragment = new Request(null, split, command.id + 1, turn.now + patience(request));
      fragment.swallow = 1;
      split.add(fragment);
      pin!.isBlocked = true;
      if (!lane.begin(fragment)) continue;
      lane.outbox.append(PING, 0, PING.length);
      appendRange(lane.outbox, request, request.from, request.to);
      lane.push();
    }
    split.seal();
    session.hold();
  }
}

/** How long the servers may take by the request's own word, its last; 0 is for ever. Units: milliseconds. */
function patience(request: RequestScanner): number {
  const ms = Number(textOf(request, request.count - 1));
  if (!(ms >= 0)) return 0;
  return ms === 0 ? Infinity : ms;
}
