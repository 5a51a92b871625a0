/**
 * One connection, on either side of the proxy: Bun's socket with its traps fenced in. `timeout()`, which does not
 * close, is never used, and `end()`, which loses bytes, by `drop` alone; a connection ends by `finish`, which writes
 * what waits, sends FIN and lingers for the peer's, or by `abort`, which resets it.
 */
import type { Socket, SocketHandler } from "bun";
import { release, track } from "../protocol/chunk_holds.ts";
import type { Outbox, Sink } from "./outbox.ts";
import { isTlsError, TLS_REASON, tlsReason } from "./tls.ts";
import { type EndsTurn, turn } from "./turn.ts";
import { hasUnread } from "./unread.ts";

/** Who uses a stream. All calls come from the event loop, never from inside a call into the stream. */
export interface StreamOwner {
  /** Bytes came; the chunk is the owner's to keep. */
  received(chunk: Buffer): void;
  /** The outbox fell to `notifyBelow`. */
  drained(): void;
  /** The peer will send no more; it still reads. */
  ended(): void;
  /** The connection is gone; called exactly once, last. The reason is empty for an orderly end. */
  closed(reason: string): void;
}

/** Owner of a connection that nobody cares about any more. */
export const NOBODY: StreamOwner = { received() {}, drained() {}, ended() {}, closed() {} };

/** How long a finished connection waits for the peer to close too; milliseconds. */
const LINGER_MS = 2000;
/** How long a finished connection with bytes to write waits for the peer to read some; milliseconds. */
const STALL_MS = 30_000;

/** Bytes that are worth a write of their own. */
const LARGE = 16 * 1024;

/** Connections that must come to something by a time of their own. */
const lingering = new Set<Stream>();

/** One connection; bytes to send go to `outbox`, then `push`. */
export class Stream implements EndsTurn, Sink {
  /** Who is told what happens here. */
  owner: StreamOwner;
  readonly outbox: Outbox;
  /** The owner's `drained` is called once the outbox holds no more than this; -1: not at all. */
  notifyBelow = -1;
  /** Peer's address as text, for logs and CLIENT LIST. */
  readonly peer: string;

  /** Bytes received. */
  received = 0;

  readonly #socket: Socket<Stream>;
  #marked = false;
  #held = false;
  #blocked = false;
  #isSecure = false;
  /** The peer is gone, as a write has found. */
  #broken = false;
  #paused = false;
  #securing = false;
  #finishing = false;
  #shut = false;
  #closed = false;
  #fault = "";
  #lingerUntil = 0;

  constructor(socket: Socket<Stream>, owner: StreamOwner, outbox: Outbox) {
    this.#socket = socket;
    this.owner = owner;
    this.outbox = outbox;
    this.peer = addressText(socket.remoteAddress, socket.remotePort);
  }

  /** Our own address on this connection. */
  get local(): string {
    return addressText(this.#socket.localAddress, this.#socket.localPort);
  }

  /** A TLS handshake is under way. */
  get securing(): boolean {
    return this.#securing;
  }

  /** Bytes are on their way: the peer has not taken what was written, or has sent what was not read. */
  get inMotion(): boolean {
    if (this.#blocked || this.#closed) return this.#blocked;
    // What TLS has sent on its own would look like a request.
    return !this.#isSecure && hasUnread((this.#socket as unknown as { fd: number }).fd);
  }

  /** Lets nothing be written before the TLS handshake, and resets the connection if that isn't done in time. */
  awaitHandshake(timeoutMs: number): void {
    this.#isSecure = true;
    this.#securing = true;
    this.#blocked = true;
    this.#lingerUntil = turn.now + timeoutMs;
    lingering.add(this);
  }

  /** Has the outbox written when the turn ends. */
  push(): void {
    if (this.#marked || this.#closed) return;
    if (this.#blocked) {
      // No write will follow this turn that would account for what was appended.
      this.outbox.account();
      return;
    }
    this.#marked = true;
    turn.atEnd(this);
  }

  /** Has the outbox written when nothing more comes to join it, which is soon, or when it is large. */
  pushWithMore(): void {
    if (this.#blocked || this.outbox.bytes > LARGE) {
      this.push();
    } else if (!this.#held && !this.#marked && !this.#closed) {
      this.#held = true;
      turn.whenCalm(this);
    }
  }

  /** Stops reading until `resume`. */
  pause(): void {
    if (this.#paused || this.#broken || this.#closed) return;
    this.#paused = true;
    this.#socket.pause();
  }

  /** Reads again. */
  resume(): void {
    if (!this.#paused || this.#closed) return;
    this.#paused = false;
    this.#socket.resume();
  }

  /** Writes what waits, sends FIN, ignores what still comes, and closes when the peer has. */
  finish(): void {
    if (this.#finishing || this.#closed) return;
    this.#finishing = true;
    this.resume();
    if (this.#securing) {
      // There may be something to say to the peer, once it can read it.
      if (this.outbox.bytes === 0) this.abort();
      return;
    }
    this.#linger();
  }

  /** Resets the connection. */
  abort(): void {
    if (this.#closed) return;
    this.resume();
    this.#socket.terminate();
  }

  /** Frees the descriptor at once: what was written arrives, unless the peer goes on sending. For want of descriptors only. */
  drop(): void {
    if (!this.#closed) this.#socket.end();
  }

  endTurn(): void {
    this.#marked = false;
    this.#held = false;
    if (!this.#closed && !this.#blocked) this.#flush();
  }

  turnFailed(error: Error): void {
    this.onFault(error);
  }

  write(bytes: Uint8Array, start: number, length: number): number {
    if (this.#securing) return 0;
    return this.#socket.write(bytes, start, length);
  }

  /** For the handlers of `streamHandlers` only. */
  onData(chunk: Buffer): void {
    turn.begin();
    this.received += chunk.length;
    track(chunk);
    if (!this.#finishing) this.owner.received(chunk);
    release(chunk);
  }

  /** For the handlers of a listener with TLS only: the handshake is done, or for this reason it has failed. */
  onHandshake(reason: string): void {
    if (!this.#securing || this.#closed) return;
    turn.begin();
    if (reason !== "") {
      // It also comes when we end the connection ourselves, for a reason of ours.
      this.#fault ||= reason;
      this.abort();
      return;
    }
    this.#securing = false;
    this.#blocked = false;
    lingering.delete(this);
    if (this.#finishing) this.#linger();
    else if (this.outbox.bytes > 0) this.push();
  }

  /** For the handlers of `streamHandlers` only. */
  onDrain(): void {
    // Also comes with nothing pending: it must never start work.
    if (!this.#blocked || this.#securing) return;
    turn.begin();
    this.#blocked = false;
    this.#flush();
  }

  /** For the handlers of `streamHandlers` only. */
  onEnd(): void {
    turn.begin();
    if (!this.#finishing) this.owner.ended();
  }

  /** For the handlers of `streamHandlers` only. */
  onClose(error: Error | undefined): void {
    if (this.#closed) return;
    turn.begin();
    this.#closed = true;
    lingering.delete(this);
    this.owner.closed(this.#fault || (error === undefined ? "" : reasonOf(error)));
  }

  /** For the handlers of `streamHandlers` only: a fault of our own stays in this connection. */
  onFault(error: Error): void {
    this.#fault = isTlsError(error) ? tlsReason(error) : `internal error: ${error.stack ?? error.message}`;
    this.abort();
  }

  /** Resets the connection if it has lingered long enough. */
  sweep(now: number): void {
    if (now < this.#lingerUntil) return;
    if (this.#securing) this.#fault = `${TLS_REASON}the handshake took too long`;
    this.abort();
  }

  #linger(): void {
    this.#lingerUntil = turn.now + STALL_MS;
    lingering.add(this);
    if (this.outbox.bytes === 0) this.#shutdown();
    else this.push();
  }

  #flush(): void {
    const outcome = this.outbox.writeTo(this);
    if (outcome === "blocked") {
      this.#blocked = true;
      this.#lingerUntil = turn.now + STALL_MS;
    } else if (outcome === "closed") {
      // The runtime tells those that read of the end, and nobody else once a write has had the error of a reset.
      this.#broken = true;
      this.resume();
    } else if (this.#finishing) {
      this.#shutdown();
    }
    if (this.notifyBelow >= 0 && this.outbox.bytes <= this.notifyBelow) {
      this.notifyBelow = -1;
      this.owner.drained();
    }
  }

  #shutdown(): void {
    if (this.#shut) return;
    this.#shut = true;
    this.#lingerUntil = turn.now + LINGER_MS;
    this.#socket.shutdown();
  }
}

/** Resets finished connections whose peers don't close; called by the worker's tick. */
export function sweepLingering(now: number): void {
  for (const stream of lingering) stream.sweep(now);
}

/** Bun's handlers for sockets whose `data` is a `Stream`; `open` is the listener's or connector's own. */
export const streamHandlers: Omit<SocketHandler<Stream, "buffer">, "open"> = {
  binaryType: "buffer",
  data: (socket, chunk) => socket.data.onData(chunk),
  drain: (socket) => socket.data.onDrain(),
  end: (socket) => socket.data.onEnd(),
  close: (socket, error) => socket.data?.onClose(error),
  error: (socket, error) => socket.data?.onFault(error),
};

/** The operating system's name for what went wrong, such as ECONNRESET. */
export function reasonOf(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  return typeof code === "string" ? code : String((error as Error).message ?? error);
}

function addressText(host: string | undefined, port: number | undefined): string {
  if (host === undefined || host === "") return "unix";
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
