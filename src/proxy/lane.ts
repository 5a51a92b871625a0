/**
 * One pipelined connection to a server, through all its reconnections.
 *
 *     sessions ─▶ outbox ─▶ socket ─▶ server          fifo: [written][written][half written][not written] …
 *     sessions ◀─ fifo front ◀─ reply scanner ◀─ socket
 *
 * A reply belongs to the front of the FIFO, so a stream that can't be trusted is closed, never resynchronised. When
 * the connection dies, what was written may have run and fails; what was not stays for the next connection.
 */
import { type Attempt, connect, type ConnectOutcome } from "../transport/connect.ts";
import { Outbox } from "../transport/outbox.ts";
import { NOBODY, type Stream, type StreamOwner } from "../transport/stream.ts";
import { turn } from "../transport/turn.ts";
import { Backoff } from "./backoff.ts";
import { Failure, failureOf, TIMEOUT } from "./failure.ts";
import { Greeter } from "./greeter.ts";
import { InFlight } from "./in_flight.ts";
import { CONNECTING, DOWN, GREETING, IDLE, READY } from "./lane_state.ts";
import { LaneInbox } from "./lane_inbox.ts";
import type { LaneWatcher } from "./lane_watcher.ts";
import type { Pool } from "./pool.ts";
import { greetingWith } from "./preface.ts";
import type { ReplyReader } from "./protocol.ts";
import { askIfQuiet } from "./quiet_question.ts";
import type { Request } from "./request.ts";
import { RoomQueue } from "./room_queue.ts";
import { WriteMarks } from "./write_marks.ts";
import type { ServerCounters } from "./server_counters.ts";
import type { Session } from "./session.ts";
import type { Way } from "./way.ts";

/** A connection to a server that many sessions share. */
export class Lane implements StreamOwner, ConnectOutcome {
  state = IDLE;
  /** Requests it was asked. */
  requests = 0;
  /** Bytes on their way to the server; outlives connections. */
  readonly outbox: Outbox;
  /** Requests sent or waiting to be sent whose replies have not come. */
  readonly inFlight: InFlight;
  readonly #pool: Pool;
  readonly #way: Way;
  readonly #watcher: LaneWatcher;
  readonly isShared: boolean;
  readonly #counters: ServerCounters;
  readonly #reader: ReplyReader;
  readonly #inbox: LaneInbox;
  readonly #marks: WriteMarks;
  readonly #backoff = new Backoff();
  #stream: Stream | null = null;
  #attempt: Attempt | null = null;
  #deadline = 0;
  #repliesBefore = 0;
  #lastFailure: Failure = TIMEOUT;
  #wanted = false;
  #greeter: Greeter | null = null;
  #lastReadMs = 0;
  readonly #waiting = new RoomQueue();

  /** What it does is counted in `counters`. */
  constructor(pool: Pool, way: Way, watcher: LaneWatcher, counters: ServerCounters) {
    this.#pool = pool;
    this.#way = way;
    this.#watcher = watcher;
    this.isShared = watcher.isShared;
    this.#counters = counters;
    this.#reader = pool.protocol.newReplyReader();
    this.outbox = new Outbox(pool.shared.budget.forServers);
    this.outbox.watcher = this.#marks = new WriteMarks(counters);
    const guard = pool.redirects?.guard(this, counters) ?? null;
    this.inFlight = new InFlight(guard ?? pool, counters);
    this.#inbox = new LaneInbox(pool, this.inFlight, this.#reader, counters, guard);
  }

  /** Replies received since the process started. */
  get replies(): number {
    return this.#inbox.replies;
  }

  /** Whether the server didn't accept its greeting. */
  get isUnwelcome(): boolean {
    return this.state === DOWN && this.#lastFailure.kind === "greeting";
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
    if (this.state === DOWN) this.#wanted = true;
    // What keeps its bytes goes on its way again, once they are here.
    if (this.state === DOWN && this.outbox.kept === null) {
      this.#pool.fail(request, this.#lastFailure, this.#counters);
      return false;
    }
    if (this.state === IDLE) this.open();
    request.sentAt = this.outbox.position;
    request.mark = this.#marks.at(request.sentAt);
    this.inFlight.push(request);
    this.requests++;
    this.#counters.requests++;
    return true;
  }

  /** Has what was appended sent when the turn ends; while the server is busy with others, together with what comes next. */
  push(): void {
    if (this.state === DOWN && this.outbox.kept !== null) this.#failAll(this.#lastFailure);
    else if (this.state !== READY) this.outbox.account();
    else if (this.inFlight.length > 1) this.#stream!.pushWithMore();
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
    this.#waiting.add(session);
    this.#watchRoom();
  }

  /** Closes for good; requests in flight fail. */
  close(failure: Failure): void {
    this.#attempt?.cancel();
    this.#attempt = null;
    this.#detach();
    this.#failAll(failure);
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
    if (this.state === IDLE && this.inFlight.length > 0) this.open();
    if ((this.state === CONNECTING || this.state === GREETING) && now >= this.#deadline) {
      this.#attempt?.cancel();
      this.#giveUp(TIMEOUT);
      return;
    }
    this.#expire(now);
    if (this.state === READY) askIfQuiet(this, this.#pool.protocol.probe, this.#lastReadMs, now);
  }

  opened(stream: Stream): void {
    turn.begin();
    this.#attempt = null;
    this.#stream = stream;
    this.#counters.connects++;
    const greeting = greetingWith(this.#way.greeting, this.inFlight.prefaces, this);
    if (greeting === null) return this.#ready();
    this.state = GREETING;
    this.#greeter = new Greeter(greeting, this.#reader);
    const size = greeting.bytes.length;
    if (stream.write(greeting.bytes, 0, size) !== size) this.#giveUp(failureOf("ECONNRESET"));
  }

  refused(reason: string): void {
    turn.begin();
    this.#attempt = null;
    this.#giveUp(failureOf(reason));
  }

  received(chunk: Buffer): void {
    this.#lastReadMs = turn.now;
    const pos = this.state === GREETING ? this.#readGreeting(chunk) : 0;
    if (this.state !== READY) return;
    this.#counters.replyBytes += chunk.length - pos;
    const stream = this.#stream;
    const fault = this.#inbox.read(chunk, pos);
    // A session that ended with one of the replies has closed its lane.
    if (this.#stream !== stream) return;
    if (fault !== "") this.#die(new Failure("protocol", fault));
    else if (!this.isShared && this.inFlight.length === 0) this.#watcher.laneQuiet?.(this);
  }

  drained(): void {
    this.#waiting.wakeAll();
  }

  /** The runtime closes the connection at the server's FIN; `closed` follows. */
  ended(): void {}

  closed(reason: string): void {
    this.#stream = null;
    const failure = failureOf(reason || "EOF");
    if (this.state === GREETING) return this.#giveUp(failure);
    this.#counters[reason === "" ? "ends" : "breaks"]++;
    this.#lost(failure, false);
  }

  #readGreeting(chunk: Buffer): number {
    const greeter = this.#greeter!;
    const pos = greeter.read(chunk);
    if (greeter.welcome) this.#ready();
    else if (greeter.refusal !== "") this.#giveUp(new Failure("greeting", greeter.refusal));
    return pos;
  }

  #ready(): void {
    this.state = READY;
    this.#greeter = null;
    this.#lastReadMs = turn.now;
    this.#repliesBefore = this.replies;
    // What expired before there was a connection is never sent.
    this.inFlight.dropAbandoned();
    this.#dropUnowned();
    if (this.outbox.bytes > 0) this.#stream!.push();
    this.#watchRoom();
    this.#watcher.laneReady(this);
  }

  #watchRoom(): void {
    if (this.state === READY) this.#waiting.watch(this.#stream!, this.#pool.config.serverOutboxLowBytes);
  }

  #expire(now: number): void {
    const { timeoutMs, lateReplyGraceMs } = this.#pool.config;
    if (timeoutMs === 0) return;
    const expired = this.inFlight.expire(now, timeoutMs, this.#lastReadMs, TIMEOUT);
    this.#counters.timeouts += expired;
    if (expired > 0) this.#watcher.laneFailed(this, TIMEOUT.reason);
    if (expired > 0) this.drained();
    const isLost = this.inFlight.silentMs(now, this.#lastReadMs) >= lateReplyGraceMs;
    if (isLost && this.state === READY) this.#die(TIMEOUT);
  }

  #die(failure: Failure): void {
    this.#detach();
    this.#counters.breaks++;
    this.#lost(failure, true);
  }

  #detach(): void {
    const stream = this.#stream;
    this.#stream = null;
    if (stream === null) return;
    stream.owner = NOBODY;
    stream.abort();
  }

  /** Its connection is gone: what was written fails, what was not moves to the next. A server may close an idle one. */
  #lost(failure: Failure, faulty: boolean): void {
    this.state = IDLE;
    this.#reader.reset();
    const failed = this.inFlight.failBefore(this.isShared ? this.outbox.written : Infinity, failure);
    this.#dropUnowned();
    if (this.#backoff.lost(this.replies > this.#repliesBefore, failed > 0)) {
      this.#goDown(failure);
      return;
    }
    if (failed > 0 || faulty) this.#watcher.laneFailed(this, failure.reason);
    else if (!this.isShared) this.#watcher.laneLost?.(this);
    if (this.inFlight.length > 0) this.open();
    else this.drained();
  }

  /** Drops the bytes that belong to no request any more: those before the front's first. */
  #dropUnowned(): void {
    this.outbox.dropUntil(this.inFlight.front?.sentAt ?? this.outbox.position);
  }

  /** An attempt failed: everything that waited for it fails too. */
  #giveUp(failure: Failure): void {
    this.#counters.breaks++;
    this.#goDown(failure);
  }

  #goDown(failure: Failure): void {
    this.#detach();
    this.#lastFailure = failure;
    this.state = DOWN;
    this.#deadline = turn.now + this.#backoff.next();
    this.#failAll(failure);
    this.#watcher.laneFailed(this, failure.reason);
  }

  #failAll(failure: Failure): void {
    this.#reader.reset();
    this.inFlight.failBefore(Infinity, failure);
    this.outbox.clear();
    this.drained();
  }
}
