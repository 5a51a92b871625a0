/**
 * Listening sockets that nobody accepts on yet. Their owner keeps the descriptor and gives duplicates to whoever
 * accepts (`listen`), one after the other or several at a time, so that the queue of those who wait to be accepted
 * outlives each of them.
 *
 * The runtime can only listen and accept in one; so it listens, the descriptor is duplicated, and the runtime's
 * listener is stopped before it could accept anybody.
 */
import { chmodSync, renameSync } from "node:fs";
import { type Address, formatAddress } from "../config/address.ts";
import { libc, pointerTo } from "./libc.ts";
import { removeStale } from "./socket_file.ts";
import { reasonOf } from "./stream.ts";

/** Linux's numbers, and macOS's. */
const [SOL_SOCKET, SO_REUSEPORT] = process.platform === "darwin" ? [0xffff, 0x200] : [1, 15];
const ONE = new Uint8Array(new Int32Array([1]).buffer);

/** Which socket to open. */
export interface SocketOptions {
  readonly address: Address;
  /** Connections that may wait to be accepted. */
  readonly backlog: number;
  /** Others may listen on the same TCP address too, because they are this socket's siblings or the user wants it. */
  readonly shared: boolean;
}

/** What Bun gives for a listener, as far as its types leave it out. */
type BunListener = Bun.TCPSocketListener<undefined> & { readonly fd: number };

/** Whether this system lets a listening socket change hands. */
export function canOpenSockets(): boolean {
  return libc() !== null;
}

/** Opens a listening socket. Shape: its descriptor. Errors: throws with a message that names the address. */
export async function openSocket(options: SocketOptions): Promise<number> {
  const { address, backlog, shared } = options;
  try {
    if (address.kind === "unix") return await openUnix(address, backlog);
    const listener = bind({ hostname: address.host, port: address.port, reusePort: shared });
    // Not before: two instances on one port by mistake would share its clients without a word. Nor is it tried with a
    // socket that goes again: whoever connects in that moment would be reset.
    if (!shared) allowSiblings(listener.fd);
    return keep(listener, backlog);
  } catch (error) {
    throw new Error(`listen on ${formatAddress(address)}: ${causeOf(error)}`);
  }
}

/** A second descriptor for the same socket. */
export function duplicate(descriptor: number): number {
  return libc()!.dup(descriptor);
}

/** Closes a descriptor; with its last one, the socket. */
export function closeDescriptor(descriptor: number): void {
  libc()!.close(descriptor);
}

/** Sets how many connections may wait to be accepted on a listening socket; the runtime does not let us choose. */
export function setBacklog(descriptor: number, backlog: number): void {
  libc()?.listen(descriptor, backlog);
}

/** From now on others of this user may listen on the socket's address, if they agree to share it. */
function allowSiblings(descriptor: number): void {
  libc()!.setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, pointerTo(ONE), ONE.byteLength);
}

const CAUSES: Record<string, string> = {
  EADDRINUSE: "another process listens there",
  EADDRNOTAVAIL: "this machine has no such address",
  EACCES: "permission denied",
};

/** Why an address can't be listened on, in words. */
export function causeOf(error: unknown): string {
  const reason = reasonOf(error);
  return CAUSES[reason] ?? reason;
}

/** The runtime removes the file when it stops to listen; so the socket has moved to its name by then. */
async function openUnix({ path, mode }: Address & { kind: "unix" }, backlog: number): Promise<number> {
  await removeStale(path);
  const nascent = `${path}.${process.pid}`;
  // A process of that id, as there are in containers, may have died right here.
  await removeStale(nascent);
  const listener = bind({ unix: nascent });
  try {
    if (mode > 0) chmodSync(nascent, mode);
    renameSync(nascent, path);
  } catch (error) {
    listener.stop(true);
    throw error;
  }
  return keep(listener, backlog);
}

function bind(where: Record<string, unknown>): BunListener {
  return Bun.listen({ ...where, socket: { data() {} } } as never) as unknown as BunListener;
}

function keep(listener: BunListener, backlog: number): number {
  setBacklog(listener.fd, backlog);
  const descriptor = duplicate(listener.fd);
  listener.stop(false);
  if (descriptor < 0) throw new Error("too many open files");
  return descriptor;
}
