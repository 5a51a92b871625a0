/**
 * One pool: a listener's sessions, the backends behind it and the router between them. The router is a snapshot
 * that is swapped whole. Another configuration is taken over between two events: clients stay, and what is in
 * flight is answered by the servers it was sent to.
 */
import { formatAddress, type PoolConfig, type ServerConfig } from "../config/mod.ts";
import type { Router } from "../routing/router.ts";
import type { Stream, StreamOwner } from "../transport/stream.ts";
import type { ConnectTls } from "../transport/tls.ts";
import { turn } from "../transport/turn.ts";
import { answer } from "./answer.ts";
import { Backend, type BackendWatcher } from "./backend.ts";
import { ClientPause } from "./client_pause.ts";
import { Redirects } from "./cluster/redirects.ts";
import { CountersByServer } from "./counters_by_server.ts";
import type { ProxyEvent } from "./events.ts";
import { type Failure, INTERNAL } from "./failure.ts";
import { HotKeys } from "./hot_keys.ts";
import { MonitorFeed } from "./monitor/monitor_feed.ts";
import { PoolCounters } from "./pool_counters.ts";
import type { PoolOptions, PoolSettings } from "./pool_settings.ts";
import type { Protocol, RequestReader } from "./protocol.ts";
import { type GroupSettings, Replicas } from "./replicas/replicas.ts";
import { SubscriberHub } from "./pubsub/subscriber_hub.ts";
import { refuseClient } from "./refused_client.ts";
import { DONE, type ReplyBody, type Request } from "./request.ts";
import type { ServerCounters } from "./server_counters.ts";
import { Session } from "./session.ts";
import { CUT, lossOf } from "./session_end.ts";
import { tickSession } from "./session_deadlines.ts";
import type { Shared } from "./shared.ts";
import { Throttle } from "./throttle.ts";
import { TrackingHub } from "./tracking/tracking_hub.ts";
import { wayTo } from "./way.ts";

const KEPT_READERS = 4;
/** How often sessions are checked for being idle; milliseconds. */
const SESSION_CHECK_MS = 1000;

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
  readonly throttle = new Throttle();
  readonly tracking: TrackingHub = new TrackingHub(this);
  readonly monitors: MonitorFeed = new MonitorFeed(this);
  readonly subscribers: SubscriberHub = new SubscriberHub(this);
  readonly replicas: Replicas = new Replicas(this);
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
    this.backends = options.servers.map((server, i) => this.#backendFor(server, i));
    for (const backend of this.backends) backend.number = options.numbers[backend.index]!;
    this.#group(options.groups);
  }

  /** Clients the pool may have. */
  get mostClients(): number {
    const { maxInstanceClients, maxClients } = this.shared;
    return this.config.clientConnections || maxInstanceClients || maxClients;
  }

  /** Takes over other settings for the same protocol. */
  reconfigure({ config, servers, numbers, router, serverTls, groups }: PoolSettings): void {
    Object.assign(this.config, config);
    this.serverTls = serverTls;
    this.protocol = this.#makeProtocol(this);
    this.resettle({ servers, numbers, router, groups });
    for (const session of this.sessions) this.protocol.admit(session);
    if (config.preconnect) { for (const backend of this.backends) backend.preconnect(); }
  }

  /** Has other servers from now on, with others behind them, and asks another router. */
  resettle({ servers, numbers, router, groups }: Omit<PoolSettings, "config" | "serverTls">): void {
    this.#retired = [...this.#inUse, ...this.#retired];
    this.backends = servers.map((server, index) => this.#backendFor(server, index));
    for (const backend of this.backends) backend.number = numbers[backend.index]!;
    this.#group(groups);
    const inUse = this.#inUse;
    this.#retired = this.#retired.filter((backend) => !inUse.includes(backend));
    for (const backend of this.#retired) backend.retire();
    this.reroute(router);
    this.#serverCounters.keep([...inUse, ...this.#retired].map(({ server }) => server.name));
  }

  /** What is counted about the server of that name, by all backends it has and had. */
  countersOf(server: string): ServerCounters {
    return this.#serverCounters.of(server, this.protocol.families);
  }

  /** Asks another router from now on. */
  reroute(router: Router): void {
    this.router = router;
    this.subscribers.follow();
    this.tracking.follow();
    // Where there are redirects, servers say themselves that a key has gone.
    if (this.redirects !== null) return this.redirects.rerouted();
    for (const session of this.sessions) session.client.redis?.pins.reroute(this);
  }

  /** Those of the ring, and their replicas'. */
  get #inUse(): Backend[] {
    return [...this.backends, ...this.replicas.backends];
  }

  #group(groups: readonly GroupSettings[]): void {
    const known = this.replicas.backends;
    this.replicas.follow(groups, (each, index) => this.#backendFor(each, index, known, this.replicas));
  }

  /** The one that is known, or a new one that waits until what was asked on other ways to its server is answered. */
  #backendFor(server: ServerConfig, index: number, known = this.backends, watcher = this.#watcher): Backend {
    const way = wayTo(server, this, this.protocol);
    const same = known.find((backend) => backend.way.text === way.text);
    if (same === undefined) {
      const address = formatAddress(server.address);
      const before = this.#retired.filter((each) => formatAddress(each.way.address) === address);
      return new Backend(this, index, server, way, watcher, before.flatMap(({ debts }) => debts));
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
    session.client.allowance?.forget();
    this.redirects?.forget(session);
    this.shared.left(this.#seat);
    this.counters.receivedBytes += session.stream.received;
    this.counters.sentBytes += session.stream.outbox.written;
    if (reason === "") this.counters.clientEnds++;
    else this.counters.clientBreaks++;
    if (reason === "" || reason === CUT) return;
    if (session.stream.securing) this.counters.failedHandshakes++;
    this.#report(lossOf(session, reason), session, reason);
  }

  /** CLIENT PAUSE: has requests wait for so long, only writes or reads too. */
  pauseClients(timeoutMs: number, readsToo: boolean): void {
    this.pause.start(turn.now + timeoutMs, readsToo);
    for (const session of this.sessions) session.client.restrict();
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
    if (server !== null) server.failures[failure.kind]++;
    if (request.taker?.failed?.(request, failure)) return;
    this.counters.failures[failure.kind]++;
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
    this.throttle.tick();
    this.redirects?.tick(now);
    this.replicas.tick(now);
    this.tracking.tick(now);
    if (this.#retired.length > 0) this.#tickRetired(now);
    if (this.pause.isOver(now)) this.resumeClients();
    this.monitors.tick(now);
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
    for (const backend of [...this.#inUse, ...this.#retired]) backend.close("Connection closed by proxy");
    this.replicas.close();
    this.subscribers.close();
    this.tracking.close();
  }
}
