/** Drives a RequestScanner of memcached as a session does, and writes down what it finds. */
import { type RequestLimits, RequestScanner } from "../../../../src/protocol/memcached/request_scanner.ts";
import { appendRequest } from "../../../../src/proxy/memcached/request_bytes.ts";
import type { Piece } from "../../../support/cuts.ts";
import { written } from "../../proxy/redis/fragments.ts";
import { type FoundIn, scanPieces } from "../scan_pieces.ts";

/** Limits that no ordinary case meets. */
export const WIDE: RequestLimits = {
  maxItemBytes: 128 * 1024 * 1024,
  maxArguments: 1024 * 1024,
  maxRequestBytes: 1024 * 1024 * 1024,
};

/** What a stream held: for every request what a server would get, or `! ` and the error; `~ ` goes before those that are hushed. */
export type Found = FoundIn<string>;

/** Scans the pieces to their end, or to the first fault. */
export function scanRequests(pieces: Iterable<Piece>, scanner = new RequestScanner(WIDE)): Found {
  return scanPieces(pieces, scanner, () => (scanner.hushed ? "~ " : "") + outcomeOf(scanner));
}

function outcomeOf(scanner: RequestScanner): string {
  if (scanner.error !== "") return `! ${scanner.error}`;
  return written((outbox) => appendRequest(outbox, scanner));
}
