/**
 * An upgrade in place: the program that is on disk now is started with this one's listening sockets. When it says
 * that it is ready, this one sees its clients off; when it doesn't, this one carries on as if nothing had been.
 *
 *     old ──spawn──▶ new: adopts the sockets, starts its workers
 *     old ◀─ready──  new: accepts
 *     old: stops accepting, drains, ends
 */
import type { InheritedSockets } from "./listening_sockets.ts";
import { commandOnDisk } from "../service/own_command.ts";
import { environmentOfSuccessor } from "../service/sd_notify.ts";

/** In the environment of a successor: how many sockets it inherits for each address, as JSON. */
const HANDOVER = "SENNIT_HANDOVER";
/** Its first inherited socket; the message channel stands behind the last. */
const FIRST_SOCKET = 3;
/** A successor that is not ready by then has failed; milliseconds. */
export const PATIENCE_MS = 30_000;

const READY = "ready";

/** How a successor is started. */
export interface HandOverOptions {
  readonly sockets: InheritedSockets;
  readonly argv: readonly string[];
  /** Ends the attempt, and the successor with it. */
  readonly signal: AbortSignal;
  /** The program. */
  readonly command?: readonly string[];
  readonly patienceMs?: number;
}

/** Starts a successor. Shape: its process id, once it is ready. Errors: throws why it did not get there; it is gone then. */
export async function handOver(
  { sockets, argv, signal, command = commandOnDisk(), patienceMs = PATIENCE_MS }: HandOverOptions,
): Promise<number> {
  signal.throwIfAborted();
  const counts = Object.entries(sockets).map(([address, descriptors]) => [address, descriptors.length]);
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  const child = Bun.spawn([...command, ...argv], {
    env: { ...environmentOfSuccessor(process.env), [HANDOVER]: JSON.stringify(counts) },
    stdio: ["ignore", "inherit", "inherit", ...Object.values(sockets).flat()],
    ipc: (message) => void (message === READY && resolve()),
  });
  const kill = () => child.kill("SIGKILL");
  const giveUp = () => reject(new Error("this process ends"));
  const timer = setTimeout(() => reject(new Error(`it was not ready within ${patienceMs} ms`)), patienceMs);
  void child.exited.then(() => reject(new Error(`it ended with ${child.signalCode ?? child.exitCode}`)));
  signal.addEventListener("abort", giveUp);
  process.on("exit", kill);
  try {
    await ready;
    child.unref();
    return child.pid;
  } catch (error) {
    kill();
    await child.exited;
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", giveUp);
    process.off("exit", kill);
  }
}

/** What a predecessor left. */
export interface Inheritance {
  /** Its process id. */
  readonly predecessor: number;
  readonly sockets: InheritedSockets;
}

/** What this process inherits; null when it has no predecessor. Read once: no child of this one shall take it for its own. */
export function takeInheritance(): Inheritance | null {
  const text = process.env[HANDOVER];
  if (text === undefined) return null;
  delete process.env[HANDOVER];
  let next = FIRST_SOCKET;
  const counts: [string, number][] = JSON.parse(text);
  const sockets = counts.map(([address, count]) => [address, Array.from({ length: count }, () => next++)]);
  return { predecessor: process.ppid, sockets: Object.fromEntries(sockets) };
}

/** Tells the predecessor that this process serves; it leaves then. One that is gone needs to hear nothing. */
export function tellReady(): void {
  try {
    process.send!(READY);
    process.disconnect!();
  } catch {
    // It died while this process got ready.
  }
}
