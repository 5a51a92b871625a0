/** Drives a RequestScanner as a session does, and writes down what it finds. */
import { RequestScanner } from "../../../../src/protocol/redis/request_scanner.ts";
import type { RequestLimits } from "../../../../src/protocol/redis/request_limits.ts";
import type { Piece } from "../../../support/cuts.ts";
import { type FoundIn, scanPieces } from "../scan_pieces.ts";

/** Limits that no ordinary case meets. */
export const WIDE: RequestLimits = {
  maxBulkBytes: 512 * 1024 * 1024,
  maxArguments: 1024 * 1024,
  maxInlineBytes: 64 * 1024,
  maxRequestBytes: 1024 * 1024 * 1024,
};

/** A request: its arguments and its bytes, one character per byte. */
export interface FoundRequest {
  readonly args: readonly string[];
  readonly raw: string;
}

/** What a stream held. */
export type Found = FoundIn<FoundRequest>;

/** Scans the pieces to their end, or to the first fault. */
export function scanRequests(pieces: Iterable<Piece>, scanner = new RequestScanner(WIDE)): Found {
  return scanPieces(pieces, scanner, () => requestOf(scanner));
}

/** Reads a complete request back through every way in there is, which must agree. */
function requestOf(scanner: RequestScanner): FoundRequest {
  const raw = rawBytes(scanner, scanner.from, scanner.to);
  const args: string[] = [];
  for (let i = 0; i < scanner.count; i++) {
    const bytes = scanner.bytesOf(i).subarray(scanner.start(i), scanner.end(i));
    args.push(Buffer.from(bytes).toString("latin1"));
    const encoded = rawBytes(scanner, scanner.rawStart(i), scanner.rawEnd(i));
    const body = encoded.slice(encoded.indexOf("\r") + 2, -2);
    if (!encoded.startsWith(`$${args[i]!.length}`) || body !== args[i]) {
      throw new Error(`argument ${i} is ${JSON.stringify(args[i])}, but raw ${JSON.stringify(encoded)}`);
    }
  }
  return { args, raw };
}

function rawBytes(scanner: RequestScanner, from: number, to: number): string {
  if (scanner.bytes !== null) return Buffer.from(scanner.bytes.subarray(from, to)).toString("latin1");
  let text = "";
  scanner.held.forEachSlice(from, to, (bytes, start, end) => {
    text += Buffer.from(bytes.subarray(start, end)).toString("latin1");
  });
  return text;
}
