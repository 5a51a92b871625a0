/** Replies that somebody looks at before the session gets them. */
import { release } from "../protocol/chunk_holds.ts";
import { type Request, WAITING } from "./request.ts";

/** Gives the session of a request the reply that its taker was given, which is done with it. */
export function passOn(request: Request): void {
  const { bytes, start, end, body } = request;
  const { replies } = request.session!;
  request.taker = null;
  request.state = WAITING;
  request.bytes = null;
  request.body = null;
  request.end = 0;
  if (body !== null) {
    replies.deliverBody(request, body);
  } else {
    replies.deliver(request, bytes!, start, end);
    release(bytes!);
  }
}
