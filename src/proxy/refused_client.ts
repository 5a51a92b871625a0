/** A client that comes when there are as many as there may be. */
import { NOBODY, type Stream, type StreamOwner } from "../transport/stream.ts";
import type { Protocol } from "./protocol.ts";
import type { Shared } from "./shared.ts";

/** Refused clients whose connections linger. */
const MOST_REFUSING = 16;

/** Says why and closes; a few may take their time to read it, the descriptors of the others are needed. */
export function refuseClient(stream: Stream, shared: Shared, protocol: Protocol): StreamOwner {
  const refusal = protocol.errorReply("max number of clients reached");
  if (shared.refusing === MOST_REFUSING) {
    stream.write(refusal, 0, refusal.length);
    stream.drop();
    return NOBODY;
  }
  shared.refusing++;
  stream.outbox.append(refusal, 0, refusal.length);
  stream.finish();
  return { ...NOBODY, closed: () => void shared.refusing-- };
}
