/** Accepting connections, on a socket that somebody else opened or, where none can be handed over, on an address. */
import { type Address, formatAddress } from "../config/address.ts";
import type { Budget } from "./budget.ts";
import { causeOf, setBacklog } from "./listening_socket.ts";
import { Outbox } from "./outbox.ts";
import { NOBODY, Stream, streamHandlers, type StreamOwner } from "./stream.ts";

/** How to accept. */
export interface ListenOptions {
  readonly address: Address;
  /** The listening socket's descriptor, which is the listener's from now on; null to open one. */
  readonly descriptor: number | null;
  /** Connections that may wait to be accepted; adopting a socket sets it anew. */
  readonly backlog: number;
  /** Delay of TCP keepalive on a connection that is accepted now; milliseconds, 0: off. */
  keepaliveMs(): number;
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
  const { address, descriptor } = options;
  const socket = {
    ...streamHandlers,
    open(opened: Bun.Socket<Stream>): void {
      const keepaliveMs = options.keepaliveMs();
      if (keepaliveMs > 0) opened.setKeepAlive(true, keepaliveMs);
      const stream = new Stream(opened, NOBODY, new Outbox(options.budget));
      opened.data = stream;
      stream.owner = options.accept(stream);
    },
  };
  const where = descriptor === null ? whereIs(address) : { fd: descriptor };
  try {
    const listener = Bun.listen<Stream>({ ...where, socket, allowHalfOpen: true } as never) as
      & Bun.TCPSocketListener<Stream>
      & { readonly fd: number };
    setBacklog(listener.fd, options.backlog);
    return { stop: () => listener.stop(false) };
  } catch (error) {
    throw new Error(`listen on ${formatAddress(address)}: ${causeOf(error)}`);
  }
}

function whereIs(address: Address): Record<string, unknown> {
  return address.kind === "unix" ? { unix: address.path } : { hostname: address.host, port: address.port };
}
