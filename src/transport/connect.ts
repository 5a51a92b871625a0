/**
 * Opening connections, with TLS or without. Names are looked up anew each time; an attempt that was given up never
 * opens late.
 */
import type { Address } from "../config/address.ts";
import type { Outbox } from "./outbox.ts";
import { reasonOf, Stream, streamHandlers, type StreamOwner } from "./stream.ts";
import { connectOptions, type ConnectTls, isTrusted, LEFT_IN_HANDSHAKE, tlsReason } from "./tls.ts";

/** What an attempt ends with: exactly one of the two, and never from inside `connect`. */
export interface ConnectOutcome {
  /** The connection is open, with TLS after a handshake with a server we trust; it gives the stream to its owner. */
  opened(stream: Stream): void;
  /**
   * It could not be opened; `reason` is the operating system's name for why, such as ECONNREFUSED, or says in words
   * why the TLS handshake failed.
   */
  refused(reason: string): void;
}

/** A connection being opened. */
export interface Attempt {
  /** Gives up; `outcome` is not called any more. */
  cancel(): void;
}

/** Delay of TCP keepalive on connections to servers; milliseconds. */
const KEEPALIVE_MS = 60_000;

/** Begins to open a connection whose bytes come from `outbox`; `tls` is null for a plain one. */
export function connect(
  address: Address,
  tls: ConnectTls | null,
  owner: StreamOwner,
  outbox: Outbox,
  outcome: ConnectOutcome,
): Attempt {
  const attempt = new Connecting(address, owner, outbox, outcome);
  const handlers = {
    ...streamHandlers,
    open: (socket: Bun.Socket<Stream>) => attempt.reached(socket, tls === null),
    connectError: (_: unknown, error: Error) => attempt.refuse(reasonOf(error)),
    handshake: (socket: Bun.Socket<Stream>, ok: boolean, error: Error | null) =>
      isTrusted(tls!, ok, error) ? attempt.ready(socket) : attempt.refuse(tlsReason(error)),
    close(socket: Bun.Socket<Stream>, error?: Error): void {
      attempt.refuse(LEFT_IN_HANDSHAKE);
      socket.data?.onClose(error);
    },
  };
  const target = address.kind === "unix"
    ? { unix: address.path }
    : { hostname: address.host, port: address.port };
  const secured = tls === null ? {} : { tls: connectOptions(tls) };
  const wanted = { ...target, ...secured, socket: handlers, allowHalfOpen: false };
  try {
    Bun.connect<Stream>(wanted as never).catch((error) => attempt.refuse(reasonOf(error)));
  } catch (error) {
    attempt.refuse(reasonOf(error));
  }
  return attempt;
}

/** From the first packet to the stream. */
class Connecting implements Attempt {
  #pending = true;
  #socket: Bun.Socket<Stream> | null = null;

  constructor(
    readonly address: Address,
    readonly owner: StreamOwner,
    readonly outbox: Outbox,
    readonly outcome: ConnectOutcome,
  ) {}

  cancel(): void {
    this.#pending = false;
    this.#socket?.terminate();
  }

  /** There is a connection; it is all there has to be when `isPlain`. */
  reached(socket: Bun.Socket<Stream>, isPlain: boolean): void {
    if (!this.#pending) {
      socket.terminate();
      return;
    }
    if (isPlain) this.ready(socket);
    else this.#socket = socket;
  }

  /** The connection can be used. */
  ready(socket: Bun.Socket<Stream>): void {
    if (!this.#pending) return;
    this.#pending = false;
    if (this.address.kind === "tcp") {
      socket.setNoDelay(true);
      socket.setKeepAlive(true, KEEPALIVE_MS);
    }
    const stream = new Stream(socket, this.owner, this.outbox);
    socket.data = stream;
    this.outcome.opened(stream);
  }

  /** It won't be a connection. */
  refuse(reason: string): void {
    // The runtime reports a unix socket that is not there from inside its `connect`.
    queueMicrotask(() => {
      if (!this.#pending) return;
      this.cancel();
      this.outcome.refused(reason);
    });
  }
}
