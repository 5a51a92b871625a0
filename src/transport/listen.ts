/**
 * Accepting connections on an address, or on a descriptor that somebody else opened. Bun ignores the backlog it is
 * given, so a second listen(2) on the same descriptor sets it.
 */
import { chmodSync, lstatSync, unlinkSync } from "node:fs";
import { type Address, formatAddress } from "../config/address.ts";
import { setBacklog } from "./backlog.ts";
import type { Budget } from "./budget.ts";
import { Outbox } from "./outbox.ts";
import { NOBODY, reasonOf, Stream, streamHandlers, type StreamOwner } from "./stream.ts";

/** How to listen. */
export interface ListenOptions {
  readonly address: Address;
  /** A listening socket's descriptor to adopt instead of opening one. */
  readonly descriptor?: number;
  readonly backlog: number;
  readonly reusePort: boolean;
  /** Delay of TCP keepalive on accepted connections in milliseconds; 0: off. */
  readonly keepaliveMs: number;
  readonly budget: Budget;
  /** Gives a new connection its owner, who must not write yet. */
  accept(stream: Stream): StreamOwner;
}

/** An open listening socket. */
export interface Listener {
  /** The port that was bound; 0 for unix sockets. */
  readonly port: number;
  readonly descriptor: number;
  /** Accepts no more; connections that are open live on. */
  stop(): void;
}

/** Listens. Errors: throws with a message that names the address when it can't be bound. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { address } = options;
  const socket = {
    ...streamHandlers,
    open(opened: Bun.Socket<Stream>): void {
      if (options.keepaliveMs > 0) opened.setKeepAlive(true, options.keepaliveMs);
      const stream = new Stream(opened, NOBODY, new Outbox(options.budget));
      opened.data = stream;
      stream.owner = options.accept(stream);
    },
  };
  if (address.kind === "unix" && options.descriptor === undefined) await removeStale(address.path);
  try {
    const listener = Bun.listen<Stream>({ ...where(options), socket, allowHalfOpen: true } as never) as
      & Bun.TCPSocketListener<Stream>
      & { fd: number };
    if (address.kind === "unix" && address.mode > 0) chmodSync(address.path, address.mode);
    setBacklog(listener.fd, options.backlog);
    return {
      port: address.kind === "tcp" ? listener.port : 0,
      descriptor: listener.fd,
      stop: () => listener.stop(false),
    };
  } catch (error) {
    throw new Error(`listen on ${formatAddress(address)}: ${causeOf(error)}`);
  }
}

const CAUSES: Record<string, string> = {
  EADDRINUSE: "another process listens there",
  EADDRNOTAVAIL: "this machine has no such address",
  EACCES: "permission denied",
};

function causeOf(error: unknown): string {
  const reason = reasonOf(error);
  return CAUSES[reason] ?? reason;
}

function where(options: ListenOptions): Record<string, unknown> {
  if (options.descriptor !== undefined) return { fd: options.descriptor };
  const { address } = options;
  if (address.kind === "unix") return { unix: address.path };
  return { hostname: address.host, port: address.port, reusePort: options.reusePort };
}

/** Removes the file of a unix socket nobody listens on any more. Errors: when somebody does, or it is no socket. */
async function removeStale(path: string): Promise<void> {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status === undefined) return;
  if (!status.isSocket()) throw new Error(`listen on ${path}: the file exists and is no socket`);
  if (await answers(path)) throw new Error(`listen on ${path}: another process listens there`);
  unlinkSync(path);
}

async function answers(path: string): Promise<boolean> {
  try {
    const probe = await Bun.connect({ unix: path, socket: { data() {} } });
    probe.terminate();
    return true;
  } catch {
    return false;
  }
}
