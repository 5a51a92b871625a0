/**
 * Judges the servers of one pool. Lanes only report failures; this counts them, takes a server that keeps failing
 * out of the ring by giving the pool a new router, and lets it back in once it answers the protocol's probe on a
 * connection of its own. No client's request is ever the probe.
 */
import {
  type Backend,
  type BackendWatcher,
  Lane,
  type LaneWatcher,
  type Pool,
  ReplyView,
  type Report,
  Request,
} from "../proxy/mod.ts";
import type { Router } from "../routing/router.ts";

/** A probe that is not answered by then has failed; milliseconds. */
const PROBE_MS = 2000;

/** What is known about one server. */
interface ServerRecord {
  /** Failures since its last reply. */
  failures: number;
  /** Replies it had given at the last failure. */
  replies: number;
  ejected: boolean;
  /** When the next probe is due, while it is ejected. */
  probeAt: number;
  probe: Probe | null;
  /** The last failure that was logged, so that the same one isn't logged again and again. */
  logged: string;
}

/** Ejects and re-admits the servers of one pool. */
export class Health implements BackendWatcher {
  /** Servers taken out since the process started. */
  ejections = 0;
  readonly #makeRouter: (live: readonly boolean[], epoch: number) => Router;
  readonly #report: Report;
  readonly #records: ServerRecord[] = [];
  #pool: Pool | null = null;
  #now = 0;

  /** `makeRouter` builds a snapshot over the servers that are live. */
  constructor(makeRouter: (live: readonly boolean[], epoch: number) => Router, report: Report) {
    this.#makeRouter = makeRouter;
    this.#report = report;
  }

  /** The pool to judge; set once, before it has traffic. */
  set pool(pool: Pool) {
    this.#pool = pool;
    for (const _ of pool.backends) {
      this.#records.push({ failures: 0, replies: 0, ejected: false, probeAt: 0, probe: null, logged: "" });
    }
  }

  /** Whether a server is in the ring. */
  isLive(index: number): boolean {
    return !this.#records[index]!.ejected;
  }

  backendFailed(backend: Backend, reason: string): void {
    const pool = this.#pool!;
    const record = this.#records[backend.index]!;
    const replies = repliesOf(backend);
    record.failures = replies > record.replies ? 1 : record.failures + 1;
    record.replies = replies;
    if (record.logged !== reason) {
      record.logged = reason;
      this.#report(4, "server.failed", { pool: pool.config.name, server: backend.server.name, reason });
    }
    const { autoEjectHosts, serverFailureLimit, serverRetryTimeoutMs } = pool.config;
    if (!autoEjectHosts || record.ejected || record.failures < serverFailureLimit) return;
    record.ejected = true;
    record.failures = 0;
    record.probeAt = this.#now + serverRetryTimeoutMs;
    this.ejections++;
    this.#swap("server.ejected", backend);
  }

  backendReady(backend: Backend): void {
    const record = this.#records[backend.index]!;
    if (record.logged === "") return;
    record.logged = "";
    this.#report(5, "server.connected", { pool: this.#pool!.config.name, server: backend.server.name });
  }

  /** Begins probes that are due and ends those that take too long. */
  tick(now: number): void {
    this.#now = now;
    const pool = this.#pool!;
    for (const [index, record] of this.#records.entries()) {
      if (!record.ejected || now < record.probeAt) continue;
      record.probe ??= new Probe(pool, pool.backends[index]!, now);
      const answer = record.probe.tick(now);
      if (answer === "waiting") continue;
      record.probe = null;
      if (answer === "failed") {
        record.probeAt = now + pool.config.serverRetryTimeoutMs;
      } else {
        this.#readmit(index);
      }
    }
  }

  #readmit(index: number): void {
    const backend = this.#pool!.backends[index]!;
    const record = this.#records[index]!;
    record.ejected = false;
    // What failed meanwhile, such as a question of the proxy's own, is forgiven.
    record.failures = 0;
    record.replies = repliesOf(backend);
    for (const lane of backend.lanes) lane.open();
    this.#swap("server.readmitted", backend);
  }

  #swap(event: string, backend: Backend): void {
    const pool = this.#pool!;
    const live = this.#records.map((record) => !record.ejected);
    pool.router = this.#makeRouter(live, pool.router.epoch + 1);
    this.#report(4, event, {
      pool: pool.config.name,
      server: backend.server.name,
      live: live.filter(Boolean).length,
      epoch: pool.router.epoch,
    });
  }
}

function repliesOf(backend: Backend): number {
  return backend.lanes.reduce((sum, lane) => sum + lane.replies, 0);
}

/** One question on a connection of its own. */
class Probe implements LaneWatcher {
  readonly #lane: Lane;
  readonly #until: number;
  readonly #pool: Pool;
  #answer: "waiting" | "alive" | "failed" = "waiting";

  constructor(pool: Pool, backend: Backend, now: number) {
    this.#pool = pool;
    this.#until = now + PROBE_MS;
    this.#lane = new Lane(pool, backend.server.address, this);
    const request = new Request(null, { take: (reply) => this.#take(reply) }, 0, now);
    if (!this.#lane.begin(request)) return;
    const { bytes } = pool.protocol.probe;
    this.#lane.outbox.append(bytes, 0, bytes.length);
    this.#lane.push();
  }

  /** What came of it so far; the connection is closed once it is decided. */
  tick(now: number): "waiting" | "alive" | "failed" {
    this.#lane.tick(now);
    if (this.#answer === "waiting" && now >= this.#until) this.#answer = "failed";
    if (this.#answer !== "waiting") this.#lane.close("");
    return this.#answer;
  }

  laneReady(): void {}

  laneFailed(): void {
    this.#answer = "failed";
  }

  #take(reply: Request): void {
    if (this.#answer !== "waiting") return;
    this.#answer = this.#pool.protocol.probe.accepts(new ReplyView(reply).copy()) ? "alive" : "failed";
  }
}
