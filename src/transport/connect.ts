/** Opening connections. Names are looked up anew each time; an attempt that was given up never opens late. */
import type { Address } from "../config/address.ts";
import type { Outbox } from "./outbox.ts";
import { reasonOf, Stream, streamHandlers, type StreamOwner } from "./stream.ts";

/** What an attempt ends with: exactly one of the two, and never from inside `connect`. */
export interface ConnectOutcome {
  /** The connection is open; it gives the stream to its owner. */
  opened(stream: Stream): void;
  /** It could not be opened; `reason` is the operating system's name for why, such as ECONNREFUSED. */
  refused(reason: string): void;
}

/** A connection being opened. */
export interface Attempt {
  /** Gives up; `outcome` is not called any more. */
  cancel(): void;
}

/** Delay of TCP keepalive on connections to servers; milliseconds. */
const KEEPALIVE_MS = 60_000;

/** Begins to open a connection whose bytes come from `outbox`. */
export function connect(
  address: Address,
  owner: StreamOwner,
  outbox: Outbox,
  outcome: ConnectOutcome,
): Attempt {
  let pending = true;
  const socket = {
    ...streamHandlers,
    open(opened: Bun.Socket<Stream>): void {
      if (!pending) {
        opened.terminate();
        return;
      }
      pending = false;
      if (address.kind === "tcp") {
        opened.setNoDelay(true);
        opened.setKeepAlive(true, KEEPALIVE_MS);
      }
      const stream = new Stream(opened, owner, outbox);
      opened.data = stream;
      outcome.opened(stream);
    },
    connectError(_: unknown, error: Error): void {
      refuse(error);
    },
  };
  const refuse = (error: unknown): void => {
    // The runtime reports a unix socket that is not there from inside its `connect`.
    queueMicrotask(() => {
      if (!pending) return;
      pending = false;
      outcome.refused(reasonOf(error));
    });
  };
  const target = address.kind === "unix"
    ? { unix: address.path }
    : { hostname: address.host, port: address.port };
  Bun.connect<Stream>({ ...target, socket, allowHalfOpen: false } as never).catch(refuse);
  return { cancel: () => void (pending = false) };
}
