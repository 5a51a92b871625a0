/**
 * A connection that listens to a server, through all its reconnections: what comes on it is mostly what nobody asked
 * for, and somebody else knows what to do with it. When it is lost the next is tried at once, unless that was in vain
 * before.
 */
import { type Attempt, connect, type ConnectOutcome } from "../transport/connect.ts";
import { Outbox } from "../transport/outbox.ts";
import { NOBODY, type Stream, type StreamOwner } from "../transport/stream.ts";
import { turn } from "../transport/turn.ts";
import { Backoff } from "./backoff.ts";
import { Greeter } from "./greeter.ts";
import { CONNECTING, DOWN, GREETING, IDLE, READY } from "./lane_state.ts";
import type { Pool } from "./pool.ts";
import type { Greeting, ReplyReader } from "./protocol.ts";
import { LinkInbox } from "./pubsub/link_inbox.ts";
import type { Way } from "./way.ts";

/** After so long without a byte, the server is asked whether it is there: a silent one and a dead one look the same. */
const QUIET_MS = 10_000;

/** Writes to the server. */
export type Send = (bytes: Uint8Array) => void;

/** Who listens. */
export interface Listener {
  /** Whether a connection that could not be made is to be tried again. */
  readonly isNeeded: boolean;
  /** When the question that the server has to answer next was asked; undefined when nothing was. */
  readonly askedMs: number | undefined;
  /** There is a connection. */
  connected(send: Send): void;
  /** One reply or message, whole. Answers why the stream can't be trusted any more; empty while it can. */
  take(bytes: Uint8Array, start: number, end: number): string;
  /** Asks the server whether it is there. */
  ping(): void;
  /** There is no connection any more: nothing is heard, and questions will not be answered. */
  disconnected(): void;
  /** The connection was lost; the listener may open the next. */
  lost(reason: string): void;
  /** An attempt has failed; the next one comes by itself if there is a need. */
  failed(reason: string): void;
}

/** The connection of one listener to one server. */
export class ListeningConnection implements StreamOwner, ConnectOutcome {
  readonly #pool: Pool;
  readonly #way: Way;
  readonly #greeting: Greeting | null;
  readonly #listener: Listener;
  readonly #reader: ReplyReader;
  readonly #outbox: Outbox;
  readonly #inbox: LinkInbox;
  readonly #backoff = new Backoff();
  #state = IDLE;
  #stream: Stream | null = null;
  #attempt: Attempt | null = null;
  #greeter: Greeter | null = null;
  #deadline = 0;
  #lastReadMs = 0;
  #repliesBefore = 0;

  /** `greeting` is said first. */
  constructor(pool: Pool, way: Way, greeting: Greeting | null, reader: ReplyReader, listener: Listener) {
    this.#pool = pool;
    this.#way = way;
    this.#greeting = greeting;
    this.#listener = listener;
    this.#reader = reader;
    this.#outbox = new Outbox(pool.shared.budget.forServers);
    this.#inbox = new LinkInbox(reader, pool.shared.budget, (...reply) => this.#take(...reply));
  }

  /** Whether the last attempt has failed, and the next one waits. */
  get isDown(): boolean {
    return this.#state === DOWN;
  }

  /** Connects, unless that is done, under way, or waits for its time. */
  open(): void {
    if (this.#state !== IDLE) return;
    this.#state = CONNECTING;
    this.#deadline = turn.now + this.#pool.config.connectTimeoutMs;
    this.#attempt = connect(this.#way.address, this.#way.tls, this, this.#outbox, this);
  }

  /** Closes; `open` would begin anew. */
  close(): void {
    this.#attempt?.cancel();
    this.#attempt = null;
    this.#forget();
    this.#state = IDLE;
  }

  /** Gives the connection up: the server is there and doesn't do what it is needed for. */
  giveUp(reason: string): void {
    this.#forget();
    this.#state = DOWN;
    this.#deadline = turn.now + this.#backoff.next();
    this.#listener.failed(reason);
  }

  /** Looks after deadlines. */
  tick(now: number): void {
    if (this.#state === DOWN && now >= this.#deadline) {
      this.#state = IDLE;
      if (this.#listener.isNeeded) this.open();
    } else if (this.#state === READY) {
      this.#checkAlive(now);
    } else if ((this.#state === CONNECTING || this.#state === GREETING) && now >= this.#deadline) {
      this.#attempt?.cancel();
      this.giveUp("ETIMEDOUT");
    }
  }

  opened(stream: Stream): void {
    turn.begin();
    this.#attempt = null;
    this.#stream = stream;
    if (this.#greeting === null) {
      this.#ready();
      return;
    }
    this.#state = GREETING;
    this.#greeter = new Greeter(this.#greeting, this.#reader);
    const size = this.#greeting.bytes.length;
    if (stream.write(this.#greeting.bytes, 0, size) !== size) this.giveUp("ECONNRESET");
  }

  refused(reason: string): void {
    turn.begin();
    this.#attempt = null;
    this.giveUp(reason);
  }

  received(chunk: Buffer): void {
    this.#lastReadMs = turn.now;
    const pos = this.#state === GREETING ? this.#readGreeting(chunk) : 0;
    if (this.#state !== READY) return;
    const fault = this.#inbox.read(chunk, pos);
    if (fault !== "") this.#lost(fault);
  }

  drained(): void {}

  /** The runtime closes the connection at the server's FIN; `closed` follows. */
  ended(): void {}

  closed(reason: string): void {
    this.#stream = null;
    if (this.#state === GREETING) this.giveUp(reason || "EOF");
    else this.#lost(reason || "EOF");
  }

  #readGreeting(chunk: Buffer): number {
    const greeter = this.#greeter!;
    const pos = greeter.read(chunk);
    if (greeter.welcome) this.#ready();
    else if (greeter.refusal !== "") this.giveUp(greeter.refusal);
    return pos;
  }

  #ready(): void {
    this.#state = READY;
    this.#greeter = null;
    this.#lastReadMs = turn.now;
    this.#repliesBefore = this.#inbox.replies;
    const stream = this.#stream!;
    this.#listener.connected((bytes) => {
      this.#outbox.append(bytes, 0, bytes.length);
      stream.push();
    });
  }

  /** What was read before the connection was given up is of no account. */
  #take(bytes: Uint8Array, start: number, end: number): string {
    return this.#state === READY ? this.#listener.take(bytes, start, end) : "";
  }

  #checkAlive(now: number): void {
    const { askedMs } = this.#listener;
    if (askedMs === undefined) {
      if (now - this.#lastReadMs >= QUIET_MS) this.#listener.ping();
      return;
    }
    const patience = this.#pool.config.timeoutMs || QUIET_MS;
    if (now - Math.max(askedMs, this.#lastReadMs) >= patience) this.#lost("ETIMEDOUT");
  }

  #lost(reason: string): void {
    const wasAsked = this.#listener.askedMs !== undefined;
    const inVain = this.#backoff.lost(this.#inbox.replies > this.#repliesBefore, wasAsked);
    this.#state = IDLE;
    this.#forget();
    if (inVain) this.giveUp(reason);
    else this.#listener.lost(reason);
  }

  #forget(): void {
    const stream = this.#stream;
    this.#stream = null;
    if (stream !== null) {
      stream.owner = NOBODY;
      stream.abort();
    }
    this.#inbox.reset();
    this.#outbox.clear();
    this.#listener.disconnected();
  }
}
