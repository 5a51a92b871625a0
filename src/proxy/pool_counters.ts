/** What is counted about one pool's clients and their requests. Gauges are not here: whoever asks looks at the pool. */
import { type FailureCounts, noFailures } from "../stats/mod.ts";

/** Figures of one pool since the process started. */
export class PoolCounters {
  /** Client connections accepted; refused because there were too many. */
  accepted = 0;
  rejected = 0;
  /** Client connections that their clients ended, and that ended in any other way. */
  clientEnds = 0;
  clientBreaks = 0;
  /** Clients disconnected against their will; among them, those that don't speak the protocol are counted apart. */
  cut = 0;
  faults = 0;
  deniedLogins = 0;
  /** Requests refused by the guard rails: for a command on the deny list, and for writing in a read-only pool. */
  deniedCommands = 0;
  refusedWrites = 0;
  /** Times that a client had to wait because its user had asked too much. */
  throttled = 0;
  /** Connections that ended before TLS was up. */
  failedHandshakes = 0;
  requests = 0;
  /** Parts of split requests. */
  fragments = 0;
  /** Bytes from and to clients that are gone. */
  receivedBytes = 0;
  sentBytes = 0;
  /** Failures that were answered as misses. */
  forgiven = 0;
  slowRequests = 0;
  /** Requests that a cluster's node has sent elsewhere, for good or this once, and that were asked again later. */
  moved = 0;
  asked = 0;
  deferred = 0;
  /** Reads that were sent to replicas first, and those that the primary was asked again. */
  replicaReads = 0;
  repeatedReads = 0;
  /** Reads for the primary because no replica is fit, and because the replica may lack what was just written. */
  unfitReads = 0;
  freshReads = 0;
  /** Reads that a second member was asked, and those that it answered first. */
  hedgedReads = 0;
  hedgesWon = 0;
  /** Requests answered with an error because a server failed. */
  readonly failures: FailureCounts = noFailures();
  /** Requests in the last second or so. */
  requestsPerSecond = 0;
  #requestsBefore = 0;
  #beforeMs = 0;

  /** Measures the rate; called every second or so. */
  tick(now: number): void {
    this.requestsPerSecond = (this.requests - this.#requestsBefore) / (now - this.#beforeMs) * 1000;
    this.#requestsBefore = this.requests;
    this.#beforeMs = now;
  }
}
