/** Drives a RequestScanner of memcached as a session does, and writes down what it finds. */
import { type RequestLimits, RequestScanner } from "../../../../src/protocol/memcached/request_scanner.ts";
import { BROKEN, COMPLETE, INCOMPLETE } from "../../../../src/protocol/scan_status.ts";
import { Outbox } from "../../../../src/transport/outbox.ts";
import { appendRequest } from "../../../../src/proxy/memcached/request_bytes.ts";
import type { Piece } from "../../../support/cuts.ts";

/** Limits that no ordinary case meets. */
export const WIDE: RequestLimits = {
  maxItemBytes: 128 * 1024 * 1024,
  maxArguments: 1024 * 1024,
  maxRequestBytes: 1024 * 1024 * 1024,
};

/** What a stream held. */
export interface Found {
  /** For every request what a server would get, or `! ` and the error; `~ ` goes before those that are hushed. */
  readonly requests: readonly string[];
  /** The scanner's complaint; empty when it had none. */
  readonly fault: string;
  /** Whether the stream ends inside a request. */
  readonly inProgress: boolean;
}

/** Scans the pieces to their end, or to the first fault. */
export function scanRequests(pieces: Iterable<Piece>, scanner = new RequestScanner(WIDE)): Found {
  const requests: string[] = [];
  for (const { bytes, start, end } of pieces) {
    let at = start;
    while (at < end) {
      const status = scanner.scan(bytes, at, end);
      if (status === BROKEN) return { requests, fault: scanner.fault, inProgress: scanner.inProgress };
      if (scanner.next <= at || scanner.next > end) throw new Error(`next ${scanner.next} after ${at}`);
      at = scanner.next;
      if (status === COMPLETE) requests.push((scanner.hushed ? "~ " : "") + outcomeOf(scanner));
      else if (status === INCOMPLETE && at !== end) throw new Error(`INCOMPLETE at ${at} of ${end}`);
    }
  }
  return { requests, fault: "", inProgress: scanner.inProgress };
}

function outcomeOf(scanner: RequestScanner): string {
  if (scanner.error !== "") return `! ${scanner.error}`;
  const outbox = new Outbox({ change() {} });
  appendRequest(outbox, scanner);
  let text = "";
  outbox.writeTo({
    write(bytes, start, length) {
      text += Buffer.from(bytes.subarray(start, start + length)).toString("latin1");
      return length;
    },
  });
  return text;
}
