/**
 * One pipelined connection to a server, through all its reconnections.
 *
 *     sessions ─▶ outbox ─▶ socket ─▶ server          fifo: [written][written][half written][not written] …
 *     sessions ◀─ fifo front ◀─ reply scanner ◀─ socket
 *
 * A reply belongs to the front of the FIFO; nothing else says whose it is, so a stream that can't be trusted is
 * closed, never resynchronised. When the connection dies, what was written may have run and fails; what was never
 * written stays in the outbox for the next connection.
 */
import { type Attempt, connect, type ConnectOutcome } from "../transport/connect.ts";
import { Outbox } from "../transport/outbox.ts";
import { NOBODY, type Stream, type StreamOwner } from "../transport/stream.ts";
import { turn } from "../transport/turn.ts";
import { Backoff } from "./backoff.ts";
import { errorText } from "./errors.ts";
import { Greeter } from "./greeter.ts";
import { InFlight } from "./in_flight.ts";
import { CONNECTING, DOWN, GREETING, IDLE, READY } from "./lane_state.ts";
import { LaneInbox } from "./lane_inbox.ts";
import type { LaneWatcher } from "./lane_watcher.ts";
import type { Pool } from "./pool.ts";
import type { ReplyReader } from "./protocol.ts";
import { LOCAL_COMMAND, type ReplyTaker, Request } from "./request.ts";
import type { Session } from "./session.ts";
import type { Way } from "./way.ts";

/** After so long without a byte from the server, a lane with nothing in flight asks whether it is still there. */
const QUIET_MS = 30_000;
const NOBODY_ASKED: ReplyTaker = { take() {} };

/** A connection to a server that many sessions share. */
export class Lane implements StreamOwner, ConnectOutcome {
  state = IDLE;
  /** Bytes on their way to the server; outlives connections. */
  readonly outbox: Outbox;
  /** Requests sent and bytes received since the process started. */
  requests = 0;
  replyBytes = 0;
  timeouts = 0;

  readonly #pool: Pool;
  readonly #way: Way;
  readonly #watcher: LaneWatcher;
  readonly #fifo: InFlight;
  readonly #reader: ReplyReader;
  readonly #inbox: LaneInbox;
  readonly #backoff = new Backoff();
  #stream: Stream | null = null;
  #attempt: Attempt | null = null;
  #deadline = 0;
  #repliesBefore = 0;
  #lastError = "";
  #wanted = false;
  #greeter: Greeter | null = null;
  #lastReadMs = 0;
  #waiting: Session[] = [];

  constructor(pool: Pool, way: Way, watcher: LaneWatcher) {
    this.#pool = pool;
    this.#way = way;
    this.#watcher = watcher;
    this.#reader = pool.protocol.newReplyReader();
    this.outbox = new Outbox(pool.shared.budget.forServers);
    this.#fifo = new InFlight(pool);
    this.#inbox = new LaneInbox(pool, this.#fifo, this.#reader);
  }

  /** Requests sent or waiting to be sent whose replies have not come. */
  get inFlight(): number {
    return this.#fifo.length;
  }

  /** Replies received since the process started. */
  get replies(): number {
    return this.#inbox.replies;
  }

  /** True when sessions should hold back until `waitForRoom` calls them. */
  get full(): boolean {
    return this.outbox.bytes > this.#pool.config.serverOutboxHighBytes;
  }

  /**
   * Queues a request whose bytes the caller then appends to `outbox`, followed by `push`. False when it has failed
   * at once because the server is down.
   */
  begin(request: Request): boolean {
    if (this.state === DOWN) {
      this.#wanted = true;
      this.#pool.fail(request, this.#lastError);
      return false;
    }
    if (this.state === IDLE) this.open();
    request.sentAt = this.outbox.position;
    this.#fifo.push(request);
    this.requests++;
    return true;
  }

  /** Has what was appended sent when the turn ends; while the server is busy with others, together with what comes next. */
  push(): void {
    if (this.state !== READY) this.outbox.account();
    else if (this.#fifo.length > 1) this.#stream!.pushWithMore();
    else this.#stream!.push();
  }

  /** Connects, unless that is done or under way. */
  open(): void {
    if ((this.state !== IDLE && this.state !== DOWN) || !this.#watcher.mayConnect()) return;
    this.state = CONNECTING;
    this.#wanted = false;
    this.#deadline = turn.now + this.#pool.config.connectTimeoutMs;
    this.#attempt = connect(this.#way.address, this.#way.tls, this, this.outbox, this);
  }

  /** Calls the session once this lane has room again. */
  waitForRoom(session: Session): void {
    this.#waiting.push(session);
    this.#notifyDrained();
  }

  /** Closes for good; requests in flight fail. */
  close(reason: string): void {
    this.#attempt?.cancel();
    this.#attempt = null;
    this.#detach();
    this.#failAll(reason);
    this.state = IDLE;
  }

  /** Fails what is overdue, and gives up a connection or an attempt that is. */
  tick(now: number): void {
    if (this.state === DOWN) {
      if (now < this.#deadline) return;
      // Only if requests came meanwhile; else the next one will.
      if (this.#wanted) this.open();
      else this.state = IDLE;
      return;
    }
    if (this.state === IDLE && this.#fifo.length > 0) this.open();
    if ((this.state === CONNECTING || this.state === GREETING) && now >= this.#deadline) {
      this.#attempt?.cancel();
      this.#giveUp("ETIMEDOUT");
      return;
    }
    this.#expire(now);
    this.#askIfIdle(now);
  }

  opened(stream: Stream): void {
    turn.begin();
    this.#attempt = null;
    this.#stream = stream;
    const { greeting } = this.#way;
    if (greeting === null) {
      this.#ready();
      return;
    }
    this.state = GREETING;
    this.#greeter = new Greeter(greeting, this.#reader);
    const size = greeting.bytes.length;
    if (stream.write(greeting.bytes, 0, size) !== size) this.#giveUp("ECONNRESET");
  }

  refused(reason: string): void {
    turn.begin();
    this.#attempt = null;
    this.#giveUp(reason);
  }

  received(chunk: Buffer): void {
    this.#lastReadMs = turn.now;
    this.replyBytes += chunk.length;
    const pos = this.state === GREETING ? this.#readGreeting(chunk) : 0;
    if (this.state !== READY) return;
    const fault = this.#inbox.read(chunk, pos);
    if (fault !== "") this.#die(fault);
  }

  drained(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const session of waiting) session.wake();
  }

  /** The runtime closes the connection at the server's FIN; `closed` follows. */
  ended(): void {}

  closed(reason: string): void {
    this.#stream = null;
    if (this.state === GREETING) this.#giveUp(reason || "EOF");
    else this.#lost(reason || "EOF", false);
  }

  #readGreeting(chunk: Buffer): number {
    const greeter = this.#greeter!;
    const pos = greeter.read(chunk);
    if (greeter.welcome) this.#ready();
    else if (greeter.refusal !== "") this.#giveUp(greeter.refusal);
    return pos;
  }

  #ready(): void {
    this.state = READY;
    this.#greeter = null;
    this.#lastReadMs = turn.now;
    this.#repliesBefore = this.replies;
    // What expired before there was a connection is never sent.
    this.#fifo.dropAbandoned();
    this.#dropUnowned();
    if (this.outbox.bytes > 0) this.#stream!.push();
    this.#notifyDrained();
    this.#watcher.laneReady(this);
  }

  #notifyDrained(): void {
    if (this.#waiting.length > 0 && this.state === READY) {
      this.#stream!.notifyBelow = this.#pool.config.serverOutboxLowBytes;
      this.#stream!.push();
    }
  }

  /** A connection that has long been quiet may be dead without a word; better the proxy finds out than a client. */
  #askIfIdle(now: number): void {
    if (this.state !== READY || this.#fifo.length > 0 || now - this.#lastReadMs < QUIET_MS) return;
    const { bytes } = this.#pool.protocol.probe;
    this.begin(new Request(null, NOBODY_ASKED, LOCAL_COMMAND, now));
    this.outbox.append(bytes, 0, bytes.length);
    this.push();
  }

  #expire(now: number): void {
    const { timeoutMs, lateReplyGraceMs } = this.#pool.config;
    if (timeoutMs === 0) return;
    const expired = this.#fifo.expire(now, timeoutMs, this.#lastReadMs, errorText("ETIMEDOUT"));
    this.timeouts += expired;
    if (expired > 0) this.#watcher.laneFailed(this, "ETIMEDOUT");
    if (expired > 0) this.drained();
    if (this.#fifo.abandoned === 0 || this.state !== READY) return;
    const silentSince = Math.max(this.#lastReadMs, this.#fifo.abandonedSinceMs);
    if (now - silentSince >= lateReplyGraceMs) this.#die("ETIMEDOUT");
  }

  #die(reason: string): void {
    this.#detach();
    this.#lost(reason, true);
  }

  #detach(): void {
    const stream = this.#stream;
    this.#stream = null;
    if (stream === null) return;
    stream.owner = NOBODY;
    stream.abort();
  }

  /** Its connection is gone: what was written fails, what was not moves to the next. A server may close an idle one. */
  #lost(reason: string, faulty: boolean): void {
    this.state = IDLE;
    this.#reader.reset();
    const failed = this.#fifo.failBefore(this.outbox.written, errorText(reason));
    this.#dropUnowned();
    if (this.#backoff.lost(this.replies > this.#repliesBefore, failed > 0)) {
      this.#giveUp(reason);
      return;
    }
    if (failed > 0 || faulty) this.#watcher.laneFailed(this, reason);
    if (this.#fifo.length > 0) this.open();
    else this.drained();
  }

  /** Drops the bytes that belong to no request any more: those before the front's first. */
  #dropUnowned(): void {
    this.outbox.dropUntil(this.#fifo.front?.sentAt ?? this.outbox.position);
  }

  /** An attempt failed: everything that waited for it fails too. */
  #giveUp(reason: string): void {
    this.#detach();
    this.#lastError = errorText(reason);
    this.state = DOWN;
    this.#deadline = turn.now + this.#backoff.next();
    this.#failAll(reason);
    this.#watcher.laneFailed(this, reason);
  }

  #failAll(reason: string): void {
    this.#reader.reset();
    this.#fifo.failBefore(Infinity, errorText(reason));
    this.outbox.clear();
    this.drained();
  }
}
