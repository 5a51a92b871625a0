/** The bytes of a scanned request, on their way to a server. */
import type { ScannedRequest } from "../protocol/scanned_request.ts";
import type { Outbox } from "../transport/outbox.ts";

/** Appends bytes `from` to `to` of a request, wherever they are. */
export function appendRange(outbox: Outbox, request: ScannedRequest, from: number, to: number): void {
  if (request.bytes !== null) outbox.append(request.bytes, from, to);
  else request.held.forEachSlice(from, to, (bytes, start, end) => outbox.append(bytes, start, end));
}
