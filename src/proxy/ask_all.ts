/** Requests that go to every server of a pool, such as FLUSHALL and `flush_all`. */
import type { Outbox } from "../transport/outbox.ts";
import { turn } from "../transport/turn.ts";
import type { Backend } from "./backend.ts";
import type { Lane } from "./lane.ts";
import { Request } from "./request.ts";
import type { Session } from "./session.ts";
import { laneTo } from "./session_lane.ts";
import { type Merge, Split } from "./split.ts";

/** Appends one request. */
export type Append = (outbox: Outbox) => void;

/** What every server is asked. */
export interface Question {
  /** Index of the command's figures. */
  readonly command: number;
  /** One request or more; a server's requests stand side by side among the fragments. */
  readonly requests: readonly Append[];
  readonly merge: Merge;
  /** The lane to take; the session's own when absent. */
  readonly laneTo?: (backend: Backend) => Lane;
}

/**
 * Asks every server of the session's pool, in the pool's order, those out of the ring included: they may be back
 * before anybody asks again. One that can't be asked fails its fragments, so that the merge knows.
 */
export function askAll(session: Session, { command, requests, merge, laneTo: other }: Question): void {
  const parent = session.expect(command);
  session.charge(parent);
  const split = new Split(parent, merge);
  for (const backend of session.pool.backends) {
    const lane = other === undefined ? laneTo(session, backend) : other(backend);
    session.client.wrote |= backend.counters.mark;
    for (const append of requests) {
      const fragment = new Request(null, split, command, turn.now);
      split.add(fragment);
      session.pool.counters.fragments++;
      if (lane.begin(fragment)) append(lane.outbox);
    }
    lane.push();
    if (lane.full) session.waitFor(lane);
  }
  session.client.wroteMs = turn.now;
  split.seal();
}
