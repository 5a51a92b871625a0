/** In which order the servers of a pool are scanned. */
import type { Command } from "../../protocol/redis/command.ts";
import { type ScanPlace, writeCursor } from "../../protocol/redis/scan_cursor.ts";
import type { Backend } from "../backend.ts";
import type { Pool } from "../pool.ts";
import type { Session } from "../session.ts";
import { arrayReply, bulkReply } from "./replies.ts";

/** The order, and when all is done. */
export interface ScanRoute {
  /** How many stamps its cursors know. */
  readonly stamps: number;
  /** The stamp of a scan that begins now. */
  start(): number;
  /** Where it goes on when a server is finished; server 0: nowhere, or to a check. */
  behind(place: ScanPlace): ScanPlace;
  /** Answers a cursor that names no server and is not the first. */
  check(session: Session, place: ScanPlace, command: Command): void;
}

/** The server with the lowest number that is not below `number`; null when there is none. */
export function firstFrom({ backends }: Pool, number: number): Backend | null {
  return backends.reduce<Backend | null>((first, backend) => {
    const isNearer = backend.number >= number && (first === null || backend.number < first.number);
    return isNearer ? backend : first;
  }, null);
}

/** A reply without keys, from where a scan goes on at a place. */
export function emptyPage(place: ScanPlace, stamps: number): Uint8Array {
  return arrayReply([bulkReply(writeCursor(place, stamps)), arrayReply([])]);
}
