/**
 * Counts the failures of a pool's servers as one worker sees them, and tells the supervisor, which alone judges. A
 * reply in between ends a row of failures.
 */
import type { Backend, BackendWatcher } from "../../proxy/mod.ts";
import type { SupervisorApi } from "./worker_api.ts";

/** What is known about one server. */
interface Row {
  /** Failures since its last reply. */
  failures: number;
  /** Replies it had given at the last failure. */
  replies: number;
  /** When the supervisor is to be told next, so that it isn't told too often; milliseconds. */
  tellAt: number;
}

/** How often the supervisor is told in the long run, and how many times at once; milliseconds and a count. */
const TELL_EVERY_MS = 50;
const TOLD_AT_ONCE = 20;

/** The watcher of one pool's backends. */
export class FailureReporter implements BackendWatcher {
  readonly #pool: string;
  readonly #supervisor: SupervisorApi;
  /** What was told last, and until when that need not be told again. */
  #doubted = { node: "", untilMs: -Infinity };
  readonly #rows = new WeakMap<Backend, Row>();

  constructor(pool: string, supervisor: SupervisorApi) {
    this.#pool = pool;
    this.#supervisor = supervisor;
  }

  /** A server that fails a thousand times a second is told about less often: the next time says how many there were. */
  backendFailed(backend: Backend, reason: string): void {
    const now = performance.now();
    const { replies } = backend;
    const row = this.#rows.get(backend) ?? { failures: 0, replies: -1, tellAt: -Infinity };
    row.failures = replies <= row.replies ? row.failures + 1 : 1;
    row.replies = replies;
    this.#rows.set(backend, row);
    if (row.tellAt > now) return;
    row.tellAt = Math.max(row.tellAt, now - TOLD_AT_ONCE * TELL_EVERY_MS) + TELL_EVERY_MS;
    this.#supervisor.serverFailed(this.#pool, backend.server.name, reason, row.failures);
  }

  backendReady(backend: Backend): void {
    if (this.#rows.has(backend)) this.#supervisor.serverReady(this.#pool, backend.server.name);
  }

  layoutDoubted(node: string): void {
    const now = performance.now();
    if (node === this.#doubted.node && now < this.#doubted.untilMs) return;
    this.#doubted = { node, untilMs: now + TELL_EVERY_MS };
    this.#supervisor.layoutDoubted(this.#pool, node);
  }

  /** Forgets what failed; the server was found to be well. */
  forgive(backend: Backend): void {
    this.#rows.delete(backend);
  }
}
