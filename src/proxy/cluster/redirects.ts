/**
 * What becomes of requests that a cluster's nodes refuse, so that clients never hear of it.
 *
 *     -MOVED, -ASK                     to the node that is named, at once; with ASKING in front
 *     -TRYAGAIN, -CLUSTERDOWN, …       to the slot's owner, after a while, within the request's deadline
 *     never sent, the node being away  the same
 *
 * A refusal says that nothing was run. Replies come in the order of requests, so what a session has in flight to one
 * node is refused, and follows, in its order. While one of its requests waits, the session asks for nothing new.
 */
import type { Backend, BackendWatcher } from "../backend.ts";
import { Failure, TIMEOUT } from "../failure.ts";
import type { Refusal } from "../../protocol/redis/cluster/refusal.ts";
import type { RequestScanner } from "../../protocol/redis/request_scanner.ts";
import { turn } from "../../transport/turn.ts";
import type { Lane } from "../lane.ts";
import type { Pool } from "../pool.ts";
import { DONE, type Request, WAITING } from "../request.ts";
import type { ServerCounters } from "../server_counters.ts";
import type { Session } from "../session.ts";
import { askedAs, isOver, sessionOf } from "./asked.ts";
import { Detours } from "./detours.ts";
import { LaneGuard } from "./lane_guard.ts";
import { Parked } from "./parked.ts";
import { RetryGate } from "./retry_gate.ts";
import { type Retry, RetryQueue } from "./retry_queue.ts";
import { answersWatcher } from "./watched.ts";
import { SlotMoves } from "./slot_moves.ts";
import { SecondSend } from "./second_send.ts";
import { unsettle } from "./settling.ts";

/** How long a request waits before it is tried again; milliseconds. */
const RETRY_MS = 20;
/** A request that nodes send to and fro waits a little before it goes on. */
const MOST_HOPS = 5;

const MOVING = "TRYAGAIN Keys of the request are moving from node to node";
/** What has no other way to go. */
const FINAL = new Set(["closed", "internal", "greeting", "protocol", "tls"]);

/** The redirects of one pool. */
export class Redirects {
  readonly #pool: Pool;
  readonly #watcher: BackendWatcher;
  readonly #second: SecondSend;
  readonly #parked: Parked;
  /** Whether a request of some session waits: then it matters what others are answered. */
  isAlert = false;
  readonly #queues = new Map<Session, RetryQueue>();
  /** Requests that are out again, and how often they were sent on. */
  readonly #hops = new Map<Request, number>();
  readonly #detours = new Detours();
  #moves: SlotMoves | null = null;
  /** Requests that were sent, got no reply and were safe to repeat. */
  readonly #repeated = new WeakSet<Request>();

  /** `watcher` is told when the layout seems to have changed. */
  constructor(pool: Pool, watcher: BackendWatcher) {
    this.#pool = pool;
    this.#watcher = watcher;
    this.#second = new SecondSend(pool);
    this.#parked = new Parked(pool);
  }

  /** The guard of a lane, which keeps what it sends from now on. */
  guard(lane: Lane, { name }: ServerCounters): LaneGuard {
    lane.outbox.keepWritten();
    return new LaneGuard(this, lane, name);
  }

  /** Whether a request is a client's; the proxy's own are nobody's business. */
  concern(request: Request): boolean {
    return sessionOf(request) !== null;
  }

  /** A node has refused a request, whose bytes these are. */
  refused(lane: Lane, server: string, request: Request, bytes: Uint8Array, refusal: Refusal): void {
    if (isOver(request)) return;
    const session = sessionOf(request)!;
    this.#count(refusal);
    if (refusal.kind === "moved") this.#watcher.layoutDoubted(nodeOf(refusal.node, server));
    else if (refusal.kind === "later" && refusal.isCommon) this.#watcher.layoutDoubted("");
    if (!lane.isShared && answersWatcher(session, request)) return;
    const retry = this.#retry(lane, server, request, bytes, failureFor(refusal));
    const queue = this.#queues.get(session);
    const hops = this.#hops.get(request) ?? 0;
    const node = refusal.kind === "later" || hops >= MOST_HOPS
      ? null
      : this.#named(nodeOf(refusal.node, server));
    const isFirst = queue === undefined || queue.current === request;
    if (node !== null && isFirst && this.#detours.leadTo(session, retry.keys, node.server.name)) {
      this.#hops.set(request, hops + 1);
      this.#detours.add(session, retry.keys, node.server.name);
      this.#second.send(session, retry, node, refusal.kind === "ask");
    } else {
      this.#hops.set(request, 0);
      this.#wait(session, retry);
    }
  }

  /**
   * A request has been run, whose bytes these are. One that was asked before it and waits must not be run after it when
   * they have a key in common: it fails. That can happen only when a node is itself again between two requests of a
   * pipeline, or a key moves to and fro.
   */
  passed(request: Request, bytes: Uint8Array): void {
    const session = sessionOf(request);
    const queue = session === null ? undefined : this.#queues.get(session);
    if (queue === undefined || queue.waiting.length === 0) return;
    const keys = new Set(this.#second.keysOf(bytes));
    const { replies } = session!;
    for (const retry of [...queue.waiting]) {
      const isOvertaken = retry.keys.some((key) => keys.has(key)) &&
        replies.isBefore(askedAs(retry.request), askedAs(request));
      if (!isOvertaken) continue;
      queue.remove(retry);
      this.#pool.fail(retry.request, retry.failure, null);
    }
  }

  /** Whether a request that got no reply may go out again; `isUnsent`: the server can't have seen it. */
  mayRepeat(request: Request, { kind }: Failure, isUnsent: boolean): boolean {
    if (FINAL.has(kind) || request.state !== WAITING || this.#isOverdue(request, turn.now)) return false;
    if (sessionOf(request) === null || isOver(request)) return false;
    if (isUnsent) return true;
    if (this.#repeated.has(request) || !this.#second.isSafe(request)) return false;
    this.#repeated.add(request);
    return true;
  }

  /** A request got no reply and goes out again. */
  unanswered(lane: Lane, server: string, request: Request, bytes: Uint8Array, failure: Failure): void {
    this.#pool.counters.deferred++;
    this.#watcher.layoutDoubted("");
    this.#wait(sessionOf(request)!, this.#retry(lane, server, request, bytes, failure));
  }

  /** A request fails for good. */
  fail(request: Request, failure: Failure, server: ServerCounters | null): void {
    this.#pool.fail(request, failure, server);
  }

  /** Puts a request back whose keys nobody owns at the moment; false when it has waited long enough. */
  park(session: Session, request: RequestScanner): boolean {
    this.#watcher.layoutDoubted("");
    return this.#parked.park(session, request);
  }

  /** What has moved of late. */
  get moves(): SlotMoves {
    return this.#moves ??= new SlotMoves(this.#pool.router, this.#pool.backends);
  }

  /** The layout seems to have changed. */
  doubt(): void {
    this.#watcher.layoutDoubted("");
  }

  /** Keys may have other owners now: what waits need not wait longer, and nothing may overtake what is under way. */
  rerouted(): void {
    this.moves.note(this.#pool.router, this.#pool.backends);
    for (const session of this.#pool.sessions) unsettle(session);
    for (const [session, queue] of [...this.#queues]) {
      queue.dueMs = 0;
      this.#pump(session, queue);
    }
    this.#parked.wake();
  }

  /** The session is gone. */
  forget(session: Session): void {
    this.#drop(session);
    this.#parked.forget(session);
    this.#detours.forget(session);
  }

  /** Sends what has waited long enough, and fails what is too late. */
  tick(now: number): void {
    this.#parked.tick(now);
    this.#detours.tick();
    for (const request of [...this.#hops.keys()]) this.#checkDeadline(request, now);
    for (const [session, queue] of [...this.#queues]) {
      const overdue = queue.waiting.filter(({ request }) => this.#isOverdue(request, now));
      for (const retry of overdue) {
        queue.remove(retry);
        this.#pool.fail(retry.request, retry.failure, null);
      }
      this.#pump(session, queue);
    }
  }

  #retry(lane: Lane, server: string, request: Request, bytes: Uint8Array, failure: Failure): Retry {
    const isBlocking = !lane.isShared && this.#second.isBlocked(sessionOf(request)!, lane);
    return { request, bytes, keys: this.#second.keysOf(bytes), server, isBlocking, failure };
  }

  #wait(session: Session, retry: Retry): void {
    const queue = this.#queues.get(session) ?? new RetryQueue();
    queue.add(retry, turn.now + RETRY_MS);
    this.#queues.set(session, queue);
    this.isAlert = true;
    unsettle(session);
  }

  /** Sends the first that waits, unless another is out, in whatever way, or it isn't time. */
  #pump(session: Session, queue: RetryQueue): void {
    const isFree = () => queue.current === null && queue.waiting.length > 0 && turn.now >= queue.dueMs;
    while (isFree() && !session.replies.areSome((request) => request.state < DONE && !queue.has(request))) {
      const retry = queue.waiting[0]!;
      const { request } = retry;
      const node = isOver(request) ? undefined : this.#second.homeOf(retry);
      if (node === null) {
        this.#watcher.layoutDoubted("");
        queue.dueMs = turn.now + RETRY_MS;
        break;
      }
      queue.waiting.shift();
      if (node === undefined) continue;
      queue.current = request;
      this.#hops.set(request, 0);
      if (!(request.taker instanceof RetryGate)) {
        request.taker = new RetryGate(request.taker, (each) => this.#answered(session, each));
      }
      this.#second.send(session, retry, node, false);
    }
    if (queue.isEmpty) this.#drop(session);
  }

  #drop(session: Session): void {
    this.#queues.delete(session);
    this.isAlert = this.#queues.size > 0;
  }

  /** A request that was out alone is answered: the next may go. */
  #answered(session: Session, request: Request): void {
    this.#hops.delete(request);
    const queue = this.#queues.get(session);
    if (queue === undefined) return;
    if (queue.current === request) {
      queue.current = null;
      queue.dueMs = 0;
    }
    this.#pump(session, queue);
  }

  /** A lane's own deadlines follow its order, in which a request that is out again is younger than it is. */
  #checkDeadline(request: Request, now: number): void {
    if (request.state !== WAITING || request.late) {
      this.#hops.delete(request);
      return;
    }
    if (!this.#isOverdue(request, now) || this.#isWaiting(request)) return;
    this.#hops.delete(request);
    request.late = true;
    this.#pool.fail(request, TIMEOUT, null);
  }

  #isWaiting(request: Request): boolean {
    const session = sessionOf(request);
    const queue = session === null ? undefined : this.#queues.get(session);
    return queue !== undefined && queue.waiting.some((each) => each.request === request);
  }

  #isOverdue({ enteredMs }: Request, now: number): boolean {
    const { timeoutMs } = this.#pool.config;
    return timeoutMs > 0 && now >= enteredMs + timeoutMs;
  }

  #named(name: string): Backend | null {
    return this.#pool.backends.find(({ server }) => server.name === name) ?? null;
  }

  #count({ kind }: Refusal): void {
    this.#pool.counters[kind === "moved" ? "moved" : kind === "ask" ? "asked" : "deferred"]++;
  }
}

/** The name of a node as a layout has it; one without a host is where the one is that named it. */
function nodeOf(node: string, server: string): string {
  const colon = node.lastIndexOf(":");
  const host = node.slice(0, colon);
  if (host === "") return server.slice(0, server.lastIndexOf(":")) + node;
  return host.includes(":") && !host.startsWith("[") ? `[${host}]${node.slice(colon)}` : node;
}

/** What a client is told when a refusal was the last word. */
function failureFor(refusal: Refusal): Failure {
  const text = refusal.kind === "later" ? refusal.text : MOVING;
  return new Failure("timeout", text, text, Buffer.from(`-${text}\r\n`, "latin1"));
}
