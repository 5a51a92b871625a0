/** Drives a scanner of requests through a stream as a session does, whatever protocol it is for. */
import { BROKEN, COMPLETE, INCOMPLETE, type ScanStatus } from "../../../src/protocol/scan_status.ts";
import type { Piece } from "../../support/cuts.ts";

/** What a stream held. */
export interface FoundIn<T> {
  readonly requests: readonly T[];
  /** The scanner's complaint; empty when it had none. */
  readonly fault: string;
  /** Whether the stream ends inside a request. */
  readonly inProgress: boolean;
}

/** What scanners of both protocols have. */
interface Scanner {
  readonly next: number;
  readonly fault: string;
  readonly inProgress: boolean;
  scan(chunk: Uint8Array, pos: number, end: number): ScanStatus;
}

/** Scans the pieces to their end, or to the first fault; `take` reads the request the scanner has found. */
export function scanPieces<T>(pieces: Iterable<Piece>, scanner: Scanner, take: () => T): FoundIn<T> {
  const requests: T[] = [];
  for (const { bytes, start, end } of pieces) {
    let at = start;
    while (at < end) {
      const status = scanner.scan(bytes, at, end);
      if (status === BROKEN) return { requests, fault: scanner.fault, inProgress: scanner.inProgress };
      if (scanner.next <= at || scanner.next > end) throw new Error(`next ${scanner.next} after ${at}`);
      at = scanner.next;
      if (status === COMPLETE) requests.push(take());
      else if (status === INCOMPLETE && at !== end) throw new Error(`INCOMPLETE at ${at} of ${end}`);
    }
  }
  return { requests, fault: "", inProgress: scanner.inProgress };
}
