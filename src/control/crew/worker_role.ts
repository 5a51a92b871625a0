/** How a process knows that it was started to be a worker. */

/** In the environment of a worker process: its role, as JSON. */
export const ROLE = "SENNIT_WORKER";

/** What a worker has to know before anything else. */
export interface WorkerRole {
  /** Its column in the table of clients. */
  readonly slot: number;
  /** Its clients' ids begin behind this one. */
  readonly lastId: number;
}

/** Whether this process was started to be a worker. */
export function isWorkerProcess(): boolean {
  return process.env[ROLE] !== undefined;
}
