/** What the session, the runner and the two protocols have to know of each other. */
import type { ScanStatus } from "../protocol/scan_status.ts";
import type { Keyspace } from "./data/keyspace.ts";

/** One request that waits to be served. */
export interface Job {
  /** The keys it is about, as far as that is known without serving it. */
  readonly names: readonly Buffer[];
  /** Serves it: changes keys and writes a reply. What it throws is a fault of the engine, or ours. */
  serve(keyspace: Keyspace): void | Promise<void>;
}

/** Finds requests in bytes; see the scanners of `protocol/`. */
export interface Scanner {
  readonly next: number;
  readonly fault: string;
  readonly inProgress: boolean;
  readonly heldBytes: number;
  readonly announced: number;
  scan(chunk: Uint8Array, pos: number, end: number): ScanStatus;
  reset(): void;
}

/** A protocol, as one client speaks it. */
export interface Speaker {
  readonly scanner: Scanner;
  /** The request that was just scanned. */
  job(): Job;
  /** Answers that the bytes are no requests. */
  faultJob(fault: string): Job;
  /** Writes the reply of a request that failed with its transaction. */
  writeFault(text: string): void;
  /** The client is gone. */
  left(): void;
}
