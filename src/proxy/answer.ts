/** Gives requests replies that came in one piece, or were made here. */
import { DONE, PARTIAL, type Request } from "./request.ts";

/** The reply of a request is `bytes`, which nobody changes afterwards. */
export function answer(request: Request, bytes: Uint8Array): void {
  if (request.taker === null) {
    if (request.state === PARTIAL) request.session!.replies.dropPart(request);
    request.session!.replies.deliver(request, bytes, 0, bytes.length);
  } else {
    request.held = null;
    request.bytes = bytes;
    request.start = 0;
    request.end = bytes.length;
    request.state = DONE;
    request.taker.take(request);
  }
}
