/**
 * One pool: a listener's sessions, the backends behind it and the router between them. The router is a snapshot
 * that is swapped whole. Another configuration is taken over between two events: clients stay, and what is in
 * flight is answered by the servers it was sent to.
 */
import { formatAddress, type PoolConfig, type ServerConfig } from "../config/mod.ts";
import type { Router } from "../routing/router.ts";
import type { Stream, StreamOwner } from "../transport/stream.ts";
import { type ConnectTls, LEFT_IN_HANDSHAKE, TLS_REASON } from "../transport/tls.ts";
import { turn } from "../transport/turn.ts";
import { answer } from "./answer.ts";
import { Backend, type BackendWatcher } from "./backend.ts";
import { ClientPause } from "./client_pause.ts";
import { Redirects } from "./cluster/redirects.ts";
import { CountersByServer } from "./counters_by_server.ts";
import type { ProxyEvent } from "./events.ts";
import { type Failure, INTERNAL } from "./failure.ts";
import { HotKeys } from "./hot_keys.ts";
import { PoolCounters } from "./pool_counters.ts";
import type { Protocol, RequestReader } from "./protocol.ts";
import { SubscriberHub } from "./pubsub/subscriber_hub.ts";
import { refuseClient } from "./refused_client.ts";
import { DONE, type ReplyBody, type Request } from "./request.ts";
import type { ServerCounters } from "./server_counters.ts";
import { Session } from "./session.ts";
import { CUT } from "./session_end.ts";
import { checkDeadlines } from "./session_deadlines.ts";
import type { Shared } from "./shared.ts";
import { wayTo } from "./way.ts";

const KEPT_READERS = 4;
/** How often sessions are checked for being idle; milliseconds. */
const SESSION_CHECK_MS = 1000;

/** What may change in a pool's life. */
export interface PoolSettings {
  readonly config: PoolConfig;
  /** The pool's servers in the order routers number them. */
  readonly servers: readonly ServerConfig[];
  /** What cursors call them, 1 to 1023, in the same order; 0: they have no name for it. */
  readonly numbers: readonly number[];
  readonly router: Router;
  /** Null: servers are connected to without TLS. */
  readonly serverTls: ConnectTls | null;
}

/** What a pool is made of. */
export interface PoolOptions extends PoolSettings {
  readonly shared: Shared;
  /** The pool's row in the table of clients. */
  readonly seat: number;
  /** Makes the protocol for this pool, for each configuration anew. */
  readonly protocol: (pool: Pool) => Protocol;
  /** Number of commands of the protocol, for per-command figures. */
  readonly commands: number;
  readonly watcher: BackendWatcher;
}

/** A pool's data plane. */
export class Pool {
  /** The same object as long as the pool lives; its fields change. */
  readonly config: PoolConfig;
  readonly shared: Shared;
  protocol: Protocol;
  /** In the order routers number them. */
  backends: readonly Backend[] = [];
  /** Null: servers are connected to without TLS. */
  serverTls: ConnectTls | null;
  /** The current answer to which server owns a key. */
  router: Router;
  /** What becomes of requests that a cluster's nodes refuse; null when the pool is no cluster. */
  readonly redirects: Redirects | null;
  readonly sessions = new Set<Session>();
  readonly pause = new ClientPause();
  readonly subscribers: SubscriberHub = new SubscriberHub(this);
  /** Moving average of reply sizes by command id; bytes. */
  readonly replyBytes: Float64Array;
  readonly counters = new PoolCounters();
  readonly hotKeys = new HotKeys(this);

  readonly #seat: number;
  readonly #makeProtocol: (pool: Pool) => Protocol;
  readonly #watcher: BackendWatcher;
  readonly #serverCounters = new CountersByServer();
  /** Backends that get no more requests and have not been answered all they got. */
  #retired: Backend[] = [];
  #readers: RequestReader[] = [];
  #nextSessionCheck = 0;

  constructor(options: PoolOptions) {
    this.config = { ...options.config };
    this.shared = options.shared;
    this.router = options.router;
    this.redirects = options.config.cluster === null ? null : new Redirects(this, options.watcher);
    this.serverTls = options.serverTls;
    this.replyBytes = new Float64Array(options.commands + 1);
    this.#seat = options.seat;
    this.#makeProtocol = options.protocol;
    this.#watcher = options.watcher;
    this.protocol = options.protocol(this);
    this.backends = options.servers.map((server, i) => this.#backendFor(server, i, []));
    for (const backend of this.backends) backend.number = options.numbers[backend.index]!;
  }

  /** Clients the pool may have. */
  get mostClients(): number {
    const { maxInstanceClients, maxClients } = this.shared;
    return this.config.clientConnections || maxInstanceClients || maxClients;
  }

  /** Takes over other settings for the same protocol. */
  reconfigure({ config, servers, numbers, router, serverTls }: PoolSettings): void {
    Object.assign(this.config, config);
    this.serverTls = serverTls;
    this.protocol = this.#makeProtocol(this);
    this.resettle(servers, numbers, router);
    for (const session of this.sessions) this.protocol.admit(session);
    if (config.preconnect) { for (const backend of this.backends) backend.preconnect(); }
  }

  /** Has other servers from now on, and asks another router. */
  resettle(servers: readonly ServerConfig[], numbers: readonly number[], router: Router): void {
    const former = [...this.backends, ...this.#retired];
    this.backends = servers.map((server, index) => this.#backendFor(server, index, former));
    for (const backend of this.backends) backend.number = numbers[backend.index]!;
    this.#retired = former.filter((backend) => !this.backends.includes(backend));
    for (const backend of this.#retired) backend.retire();
    this.reroute(router);
    this.#serverCounters.keep([...this.backends, ...this.#retired].map(({ server }) => server.name));
  }

  /** What is counted about the server of that name, by all backends it has and had. */
  countersOf(server: string): ServerCounters {
    return this.#serverCounters.of(server, this.protocol.families);
  }

  /** Asks another router from now on. */
  reroute(router: Router): void {
    this.router = router;
    this.subscribers.follow();
    // Where there are redirects, servers say themselves that a key has gone.
    if (this.redirects !== null) return this.redirects.rerouted();
    for (const session of this.sessions) session.client.redis?.pins.reroute(this);
  }

  /** The backend there is, or a new one that waits until what was asked on other ways to its server is answered. */
  #backendFor(server: ServerConfig, index: number, former: readonly Backend[]): Backend {
    const way = wayTo(server, this, this.protocol);
    const same = this.backends.find((backend) => backend.way.text === way.text);
    if (same === undefined) {
      const address = formatAddress(server.address);
      const before = former.filter((each) => formatAddress(each.way.address) === address);
      return new Backend(this, index, server, way, this.#watcher, before.flatMap(({ debts }) => debts));
    }
    same.index = index;
    same.server = server;
    return same;
  }

  /** A new client connection gets a session, or, when there are too many, an error and its end. */
  accept(stream: Stream): StreamOwner {
    if (!this.shared.admits(this.#seat, this.config.clientConnections)) {
      this.counters.rejected++;
      return refuseClient(stream, this.shared, this.protocol);
    }
    const session = new Session(this.shared.nextId(), this, stream);
    this.sessions.add(session);
    this.counters.accepted++;
    return session;
  }

  /** A session's connection is gone. */
  sessionClosed(session: Session, reason: string): void {
    if (!this.sessions.delete(session)) return;
    this.pause.forget(session);
    this.redirects?.forget(session);
    this.shared.left(this.#seat);
    this.counters.receivedBytes += session.stream.received;
    this.counters.sentBytes += session.stream.outbox.written;
    if (reason === "") this.counters.clientEnds++;
    else this.counters.clientBreaks++;
    if (reason === "" || reason === CUT) return;
    if (session.stream.securing) this.counters.failedHandshakes++;
    this.#report(eventOf(session, reason), session, reason);
  }

  /** CLIENT PAUSE: has requests wait for so long, only writes or reads too. */
  pauseClients(timeoutMs: number, readsToo: boolean): void {
    this.pause.start(turn.now + timeoutMs, readsToo);
    for (const session of this.sessions) session.client.unrestricted = false;
  }

  /** CLIENT UNPAUSE, and the end of a pause. */
  resumeClients(): void {
    this.pause.end();
    for (const session of this.sessions) this.protocol.admit(session);
  }

  /** A session is closed by us, against its will. */
  sessionCut(session: Session, reason: string): void {
    this.counters.cut++;
    this.#report(reason.startsWith(INTERNAL) ? "client.error" : "client.closed", session, reason);
  }

  /** A client doesn't speak the protocol. */
  sessionFault(session: Session, fault: string): void {
    this.counters.faults++;
    this.#report("client.fault", session, fault);
  }

  #report(event: ProxyEvent, session: Session, reason: string): void {
    this.shared.report(event, { pool: this.config.name, client: session.stream.peer, reason });
  }

  /** Answers a request with an error; `server` is the one that failed, or null when none did. */
  fail(request: Request, failure: Failure, server: ServerCounters | null): void {
    this.counters.failures[failure.kind]++;
    if (server !== null) server.failures[failure.kind]++;
    answer(request, failure.reply ?? this.protocol.errorReply(failure.text));
    const { slowLog } = this.shared;
    if (turn.now - request.enteredMs >= slowLog.thresholdMs) slowLog.replied(request, failure.text);
  }

  /** The reply of a request is complete and made of several ranges. */
  settle(request: Request, body: ReplyBody): void {
    if (request.taker === null) {
      request.session!.replies.deliverBody(request, body);
      return;
    }
    request.body = body;
    request.state = DONE;
    request.taker.take(request);
  }

  /** A request reader that is not inside a request. */
  takeReader(): RequestReader {
    return this.#readers.pop() ?? this.protocol.newRequestReader();
  }

  /** Gives a reader back. */
  giveReader(reader: RequestReader): void {
    reader.reset();
    if (this.#readers.length < KEPT_READERS) this.#readers.push(reader);
  }

  /** Looks after deadlines; called every 50 ms or so. */
  tick(now: number): void {
    for (const backend of this.backends) backend.tick(now);
    this.subscribers.tick(now);
    this.redirects?.tick(now);
    if (this.#retired.length > 0) this.#tickRetired(now);
    if (this.pause.isOver(now)) this.resumeClients();
    if (now < this.#nextSessionCheck) return;
    this.#nextSessionCheck = now + SESSION_CHECK_MS;
    this.counters.tick(now);
    this.hotKeys.tick(now);
    for (const session of this.sessions) tickSession(session, now);
  }

  #tickRetired(now: number): void {
    for (const backend of this.#retired) {
      backend.tick(now);
      if (!backend.isBusy) backend.close("");
    }
    this.#retired = this.#retired.filter((backend) => backend.isBusy);
  }

  /** Closes all lanes; sessions are closed by whoever drains them. */
  close(): void {
    for (const backend of [...this.backends, ...this.#retired]) backend.close("Connection closed by proxy");
    this.subscribers.close();
  }
}

/** A fault of ours ends the session it happened in. */
function tickSession(session: Session, now: number): void {
  try {
    checkDeadlines(session, now);
  } catch (error) {
    session.turnFailed(error as Error);
  }
}

/** Clients that only knock, as health checks do, are no news. */
function eventOf({ stream }: Session, reason: string): ProxyEvent {
  if (reason.startsWith(INTERNAL)) return "client.error";
  const isTls = stream.securing && reason.startsWith(TLS_REASON) && reason !== LEFT_IN_HANDSHAKE;
  return isTls ? "client.tls" : "client.lost";
}
