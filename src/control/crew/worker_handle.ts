/** A worker as its supervisor holds it, in whatever process it runs. */
import { Seats } from "../../proxy/mod.ts";
import { duplicate } from "../../transport/listening_socket.ts";
import type { Plan, SocketOffer } from "../worker/plan.ts";
import { Worker } from "../worker/worker.ts";
import type { SupervisorApi, WorkerApi } from "../worker/worker_api.ts";

/** How long the clients get of a worker that nobody directs any more; milliseconds. */
export const ORPHAN_GRACE_MS = 10_000;

/** A worker and what it runs in. */
export interface WorkerHandle {
  readonly pid: number;
  /** What it does for the supervisor. Descriptors that are offered to it stay the supervisor's. */
  readonly worker: WorkerApi;
  /** When it has ended: why. A worker in the supervisor's process never ends. */
  readonly exited: Promise<string>;
  /** Directs it no more: it sees its clients off over `ORPHAN_GRACE_MS`, and ends. */
  letGo(): void;
  /** Ends it at once. */
  kill(): void;
}

/** A worker in this process. */
export function localWorker(supervisor: SupervisorApi): WorkerHandle {
  return {
    pid: process.pid,
    worker: new LocalWorker(supervisor, new Seats(), 0),
    exited: new Promise(() => {}),
    letGo() {},
    kill() {},
  };
}

/** Takes duplicates of the descriptors it is offered. */
class LocalWorker extends Worker {
  override prepare(plan: Plan, sockets: readonly SocketOffer[]): Promise<void> {
    return super.prepare(
      plan,
      sockets.map(({ pool, descriptor }) => ({
        pool,
        descriptor: descriptor === null ? null : duplicate(descriptor),
      })),
    );
  }
}
