/**
 * Workers in processes of their own: how a supervisor starts one, and what such a process does. Both sides call each
 * other over the runtime's message channel; listening sockets come through a socket pair.
 */
import { Seats } from "../../proxy/mod.ts";
import {
  descriptorChannel,
  receiveDescriptors,
  sendDescriptors,
} from "../../transport/descriptor_channel.ts";
import { closeDescriptor } from "../../transport/listening_socket.ts";
import { sameCommand } from "../service/own_command.ts";
import type { Plan, SocketOffer } from "../worker/plan.ts";
import { RemoteCalls } from "./remote_calls.ts";
import { mapTable } from "./seat_table.ts";
import { Worker } from "../worker/worker.ts";
import {
  SUPERVISOR_METHODS,
  type SupervisorApi,
  WORKER_METHODS,
  type WorkerApi,
} from "../worker/worker_api.ts";
import { ORPHAN_GRACE_MS, type WorkerHandle } from "./worker_handle.ts";
import { ROLE, type WorkerRole } from "./worker_role.ts";

/** In a worker process: the socket pair's end, and the table of clients. */
const CHANNEL = 4;
const SEATS = 5;
/** What a terminal, or somebody who means the supervisor, sends to all processes. */
const SIGNALS = ["SIGHUP", "SIGINT", "SIGTERM", "SIGUSR1", "SIGUSR2", "SIGTTIN", "SIGTTOU"] as const;

/** Starts a worker process; `seats` is the table of clients. Errors: throws when the system allows no more of them. */
export function startWorker(role: WorkerRole, seats: number, supervisor: SupervisorApi): WorkerHandle {
  const [here, there] = descriptorChannel();
  let child: Bun.Subprocess;
  try {
    child = Bun.spawn(sameCommand(), {
      // What `ps` shows; the runtime's own executable listens to its name.
      ...Bun.isStandaloneExecutable ? { argv0: `sennit worker ${role.slot}` } : {},
      env: { ...process.env, [ROLE]: JSON.stringify(role) },
      stdio: ["ignore", "inherit", "inherit", null as never, there, seats],
      serialization: "advanced",
      ipc: (message) => calls.received(message),
    });
  } catch (error) {
    closeDescriptor(here);
    throw error;
  } finally {
    closeDescriptor(there);
  }
  const calls = new RemoteCalls<WorkerApi>((message) => child.send(message), supervisor, WORKER_METHODS);
  let hasEnded = false;
  const exited = child.exited.then(() => {
    hasEnded = true;
    closeDescriptor(here);
    const reason = String(child.signalCode ?? `exit code ${child.exitCode}`);
    calls.close(`the worker has ended: ${reason}`);
    return reason;
  });
  const prepare = async (plan: Plan, sockets: readonly SocketOffer[]): Promise<void> => {
    // The channel's number may be another file's by then.
    if (!hasEnded) sendOrKill(here, sockets, child);
    await calls.theirs.prepare(plan, sockets);
  };
  return {
    pid: child.pid,
    worker: { ...calls.theirs, prepare },
    exited,
    letGo() {
      calls.close("the worker was let go");
      child.disconnect();
    },
    kill: () => child.kill("SIGKILL"),
  };
}

/** A worker that got some of its sockets would take them for others the next time; it has to go. */
function sendOrKill(channel: number, sockets: readonly SocketOffer[], child: Bun.Subprocess): void {
  try {
    sendDescriptors(channel, sockets.map(({ descriptor }) => descriptor!));
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
}

/** Is a worker until the supervisor is gone, or lets it go, and then until the clients are. Shape: the exit code. */
export async function runWorkerProcess(): Promise<number> {
  const { slot, lastId }: WorkerRole = JSON.parse(process.env[ROLE]!);
  for (const signal of SIGNALS) process.on(signal, () => {});
  const supervisor: { -readonly [Name in keyof SupervisorApi]?: SupervisorApi[Name] } = {};
  const worker = new ProcessWorker(supervisor as SupervisorApi, new Seats(mapTable(SEATS), slot), lastId);
  const calls = new RemoteCalls<SupervisorApi>(
    (message) => process.send!(message),
    worker,
    SUPERVISOR_METHODS,
  );
  Object.assign(supervisor, calls.theirs);
  process.on("message", (message) => calls.received(message));
  await new Promise((resolve) => process.on("disconnect", resolve));
  // Nobody else is left who could say why this worker's clients are sent away.
  console.error(
    `sennit worker ${slot}, process ${process.pid}: no supervisor directs it any more; it sees its clients off`,
  );
  calls.close("there is no supervisor any more");
  await worker.drain(ORPHAN_GRACE_MS);
  return 0;
}

/** Takes the descriptors it is offered from the channel, where they came before the offer. */
class ProcessWorker extends Worker {
  // deno-lint-ignore require-await -- what is thrown here is an answer, too
  override async prepare(plan: Plan, sockets: readonly SocketOffer[]): Promise<void> {
    const descriptors = receiveDescriptors(CHANNEL, sockets.length);
    return super.prepare(plan, sockets.map(({ pool }, at) => ({ pool, descriptor: descriptors[at]! })));
  }
}
