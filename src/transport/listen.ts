/** Accepting connections, on a socket that somebody else opened or, where none can be handed over, on an address. */
import { type Address, formatAddress } from "../config/address.ts";
import type { Budget } from "./budget.ts";
import { causeOf, closeDescriptor, setBacklog } from "./listening_socket.ts";
import { Outbox } from "./outbox.ts";
import { NOBODY, Stream, streamHandlers, type StreamOwner } from "./stream.ts";
import { listenOptions, type ListenTls, tlsReason } from "./tls.ts";

/** How to accept. */
export interface ListenOptions {
  readonly address: Address;
  /** The listening socket's descriptor, which is the listener's from now on; null to open one. */
  readonly descriptor: number | null;
  /** Connections that may wait to be accepted; adopting a socket sets it anew. */
  readonly backlog: number;
  /** Delay of TCP keepalive on a connection that is accepted now; milliseconds, 0: off. */
  keepaliveMs(): number;
  /** With it clients must speak TLS. Another listener on a duplicate of the descriptor is how certificates change. */
  readonly tls: ListenTls | null;
  /** How long a TLS handshake that begins now may take; milliseconds. */
  handshakeMs(): number;
  readonly budget: Budget;
  /** Gives a new connection its owner, who must not write yet. */
  accept(stream: Stream): StreamOwner;
}

/** Something that accepts connections. */
export interface Listener {
  /** Accepts no more; connections that are open live on. */
  stop(): void;
}

/** Begins to accept. Errors: throws with a message that names the address when that is not possible. */
export function listen(options: ListenOptions): Listener {
  const { address, descriptor, tls } = options;
  const socket = {
    ...streamHandlers,
    open(opened: Bun.Socket<Stream>): void {
      const keepaliveMs = options.keepaliveMs();
      if (keepaliveMs > 0) opened.setKeepAlive(true, keepaliveMs);
      const stream = new Stream(opened, NOBODY, new Outbox(options.budget));
      opened.data = stream;
      if (tls !== null) stream.awaitHandshake(options.handshakeMs());
      stream.owner = options.accept(stream);
    },
    handshake(opened: Bun.Socket<Stream>, ok: boolean, error: Error | null): void {
      // An error is no failure where clients needn't show who they are.
      const failed = !ok || (tls !== null && tls.clientCa !== null && error !== null);
      opened.data.onHandshake(failed ? tlsReason(error) : "");
    },
  };
  const where = descriptor === null ? whereIs(address) : { fd: descriptor };
  const secured = tls === null ? {} : { tls: listenOptions(tls) };
  try {
    const listener = Bun.listen<Stream>({ ...where, ...secured, socket, allowHalfOpen: true } as never) as
      & Bun.TCPSocketListener<Stream>
      & { readonly fd: number };
    setBacklog(listener.fd, options.backlog);
    return { stop: () => listener.stop(false) };
  } catch (error) {
    if (descriptor !== null) closeDescriptor(descriptor);
    throw new Error(`listen on ${formatAddress(address)}: ${causeOf(error)}`);
  }
}

function whereIs(address: Address): Record<string, unknown> {
  return address.kind === "unix" ? { unix: address.path } : { hostname: address.host, port: address.port };
}
