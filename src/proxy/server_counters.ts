/**
 * What is counted about one server. Its lanes count into this one object, so that nothing that was counted is lost
 * when a lane goes.
 */
import { type FailureCounts, noFailures } from "../stats/mod.ts";
import type { Families } from "./families.ts";
import { Latency } from "./latency.ts";

let made = 0;

/** Figures of one server since the process started. */
export class ServerCounters {
  /** The server's name in the pool. */
  readonly name: string;
  /** A bit that tells it from the other servers of its pool, as long as those are no more than 31. */
  readonly mark: number = 1 << (made++ % 31);
  /** Requests sent or queued, and their bytes. */
  requests = 0;
  requestBytes = 0;
  replies = 0;
  replyBytes = 0;
  /** Requests that were overdue. */
  timeouts = 0;
  /** Connections made, closed by the server, and ended in any other way; attempts that failed are among the last. */
  connects = 0;
  ends = 0;
  breaks = 0;
  /** Requests that failed. */
  readonly failures: FailureCounts = noFailures();
  readonly latency: Latency;

  constructor(name: string, families: Families) {
    this.name = name;
    this.latency = new Latency(families);
  }
}
