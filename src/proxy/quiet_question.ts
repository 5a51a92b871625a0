/** A connection that has long been quiet may be dead without a word; better the proxy finds out than a client. */
import type { Lane } from "./lane.ts";
import type { ProbeQuestion } from "./protocol.ts";
import { LOCAL_COMMAND, type ReplyTaker, Request } from "./request.ts";

/** After so long without a byte from the server, a lane with nothing in flight asks whether it is still there. */
const QUIET_MS = 30_000;
const NOBODY_ASKED: ReplyTaker = { take() {} };

/** Asks the server of a lane that is ready the question when nothing was heard of it for long. */
export function askIfQuiet(lane: Lane, question: ProbeQuestion, lastReadMs: number, now: number): void {
  if (lane.inFlight.length > 0 || now - lastReadMs < QUIET_MS) return;
  lane.begin(new Request(null, NOBODY_ASKED, LOCAL_COMMAND, now));
  lane.outbox.append(question.bytes, 0, question.bytes.length);
  lane.push();
}
