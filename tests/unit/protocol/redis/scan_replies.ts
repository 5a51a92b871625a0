/** Drives a ReplyScanner as a lane does, and writes down what it finds. */
import { ReplyScanner } from "../../../../src/protocol/redis/reply_scanner.ts";
import { BROKEN, COMPLETE } from "../../../../src/protocol/scan_status.ts";
import type { ReplyReader } from "../../../../src/proxy/protocol.ts";
import type { Piece } from "../../../support/cuts.ts";

/** What a stream held. */
export interface FoundReplies {
  /** The bytes of each reply, one character per byte. */
  readonly replies: readonly string[];
  /** What follows the last whole reply. */
  readonly rest: string;
  readonly broken: boolean;
}

/** Scans the pieces to their end, or to where they are no RESP any more. */
export function scanReplies(
  pieces: Iterable<Piece>,
  scanner: ReplyReader = new ReplyScanner(),
): FoundReplies {
  const replies: string[] = [];
  let rest = "";
  for (const { bytes, start, end } of pieces) {
    let at = start;
    while (at < end) {
      const status = scanner.scan(bytes, at, end);
      if (status === BROKEN) return { replies, rest, broken: true };
      const next = status === COMPLETE ? scanner.next : end;
      if (next <= at || next > end) throw new Error(`next ${next} after ${at} of ${end}`);
      rest += bytes.toString("latin1", at, next);
      at = next;
      if (status !== COMPLETE) continue;
      replies.push(rest);
      rest = "";
    }
  }
  return { replies, rest, broken: false };
}
