/**
 * Counts the failures of a pool's servers as one worker sees them, and tells the supervisor, which alone judges. A
 * reply in between ends a row of failures.
 */
import type { Backend, BackendWatcher } from "../proxy/mod.ts";
import type { SupervisorApi } from "./worker_api.ts";

/** What is known about one server. */
interface Row {
  /** Failures since its last reply. */
  failures: number;
  /** Replies it had given at the last failure. */
  replies: number;
}

/** The watcher of one pool's backends. */
export class FailureReporter implements BackendWatcher {
  readonly #pool: string;
  readonly #supervisor: SupervisorApi;
  readonly #rows = new WeakMap<Backend, Row>();

  constructor(pool: string, supervisor: SupervisorApi) {
    this.#pool = pool;
    this.#supervisor = supervisor;
  }

  backendFailed(backend: Backend, reason: string): void {
    const replies = repliesOf(backend);
    const row = this.#rows.get(backend);
    const failures = row !== undefined && replies <= row.replies ? row.failures + 1 : 1;
    this.#rows.set(backend, { failures, replies });
    this.#supervisor.serverFailed(this.#pool, backend.server.name, reason, failures);
  }

  backendReady(backend: Backend): void {
    if (this.#rows.has(backend)) this.#supervisor.serverReady(this.#pool, backend.server.name);
  }

  /** Forgets what failed; the server was found to be well. */
  forgive(backend: Backend): void {
    this.#rows.delete(backend);
  }
}

function repliesOf(backend: Backend): number {
  return backend.lanes.reduce((sum, lane) => sum + lane.replies, 0);
}
