/**
 * The one connection on which a worker listens to a server for all clients of a pool, through all its reconnections.
 * `LinkTopics` knows what is listened to; after a reconnection all of it is asked for before anything else. What was
 * published meanwhile is lost, as for any subscriber that was away: that is reported as a gap, and so is its end.
 */
import { formatAddress } from "../../config/mod.ts";
import { type Attempt, connect, type ConnectOutcome } from "../../transport/connect.ts";
import { Outbox } from "../../transport/outbox.ts";
import { NOBODY, type Stream, type StreamOwner } from "../../transport/stream.ts";
import { turn } from "../../transport/turn.ts";
import { Backoff } from "../backoff.ts";
import { failureOf } from "../failure.ts";
import { Greeter } from "../greeter.ts";
import { CONNECTING, DOWN, GREETING, IDLE, READY } from "../lane_state.ts";
import type { Pool } from "../pool.ts";
import type { ReplyReader } from "../protocol.ts";
import type { Way } from "../way.ts";
import { LinkInbox } from "./link_inbox.ts";
import { LinkTopics } from "./link_topics.ts";
import { PushFrame } from "./push_frame.ts";
import type { Topic } from "./topic.ts";

/** After so long without a byte, a link asks whether its server is there: a silent one and a dead one look the same. */
const QUIET_MS = 10_000;
/** How long a link without topics stays, for the next one. */
const IDLE_MS = 1000;
/** By the index of their kind, what messages begin with. */
const MESSAGES = ["message", "pmessage", "smessage"];

/** What a link tells the hub. */
export interface LinkWatcher {
  /** A message came: `bytes[start, end)`, as RESP2 has it; `frame` says where the topic's name is in them. */
  heard(
    link: SubscriberLink,
    kind: number,
    frame: PushFrame,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void;
  /** From now on clients that listen may miss messages of the server. */
  gapBegan(server: string, reason: string): void;
  /** The server has ended a subscription by itself: the channel has gone to another. */
  topicLeft(): void;
  /** All is heard again, after so many milliseconds. */
  gapEnded(server: string, ms: number): void;
}

/** A connection that subscribes. */
export class SubscriberLink implements StreamOwner, ConnectOutcome {
  /** The server's name. */
  readonly server: string;
  readonly address: string;
  /** Another link still speaks for the server: what is heard here is dropped. */
  isMuted = false;
  readonly #pool: Pool;
  readonly #way: Way;
  readonly #watcher: LinkWatcher;
  readonly #topics = new LinkTopics(() => this.#watcher.topicLeft());
  readonly #outbox: Outbox;
  readonly #reader: ReplyReader;
  readonly #inbox: LinkInbox;
  readonly #frame = new PushFrame();
  readonly #backoff = new Backoff();
  #state = IDLE;
  #stream: Stream | null = null;
  #attempt: Attempt | null = null;
  #greeter: Greeter | null = null;
  #deadline = 0;
  #lastReadMs = 0;
  #repliesBefore = 0;
  /** Why the last attempt failed, for clients. */
  #fault = "";
  /** -1 while nothing is missed. */
  #gapSince = -1;
  #isRetired = false;
  #whenSettled: (() => void)[] = [];

  constructor(pool: Pool, server: string, way: Way, watcher: LinkWatcher) {
    this.server = server;
    this.address = formatAddress(way.address);
    this.#pool = pool;
    this.#way = way;
    this.#watcher = watcher;
    this.#outbox = new Outbox(pool.shared.budget.forServers);
    this.#reader = pool.protocol.newReplyReader();
    this.#inbox = new LinkInbox(this.#reader, pool.shared.budget, (...reply) => this.#take(...reply));
  }

  /** Whether it has nothing to listen to, and had nothing for a while. */
  get isOver(): boolean {
    return this.#topics.size === 0 && turn.now - this.#topics.emptySince >= IDLE_MS;
  }

  /** Done when all topics are heard, or can't be for now. */
  get settled(): Promise<void> {
    if (this.#topics.isInSync || this.#state === DOWN) return Promise.resolve();
    return new Promise((resolve) => this.#whenSettled.push(resolve));
  }

  /** Whether the server has confirmed a topic. */
  hears(topic: Topic): boolean {
    return this.#topics.hears(topic);
  }

  /** Listens to a topic from now on. Null when it does so already; else empty once it does, or why it can't. */
  hear(topic: Topic): Promise<string> | null {
    const answer = this.#topics.hear(topic);
    if (this.#state === DOWN) this.#topics.refuseAll(this.#fault);
    else if (this.#state === IDLE) this.#open();
    return answer;
  }

  /** Listens to a topic no longer. */
  leave(topic: Topic): void {
    if (this.#topics.leave(topic)) this.#checkSync();
  }

  /** Clients listen to what the server has not confirmed: says so, once, until it has. */
  declareGap(reason: string): void {
    if (this.#gapSince >= 0 || this.#isRetired || !this.#topics.isMissing) return;
    this.#gapSince = turn.now;
    this.#watcher.gapBegan(this.server, reason);
  }

  /** Its server has left the pool: what still comes is heard, and the end of the connection is no loss. */
  retire(): void {
    this.#isRetired = true;
  }

  /** Closes for good. */
  close(): void {
    this.#isRetired = true;
    this.#attempt?.cancel();
    this.#attempt = null;
    this.#forget();
    this.#refuse("it has left the pool");
    this.#state = IDLE;
  }

  /** Looks after deadlines. */
  tick(now: number): void {
    if (this.#state === DOWN && now >= this.#deadline) {
      this.#state = IDLE;
      if (this.#topics.size > 0) this.#open();
    } else if (this.#state === READY) {
      this.#checkAlive(now);
    } else if ((this.#state === CONNECTING || this.#state === GREETING) && now >= this.#deadline) {
      this.#attempt?.cancel();
      this.#giveUp("ETIMEDOUT");
    }
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
    this.#state = GREETING;
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
    if (this.#state === GREETING) this.#giveUp(reason || "EOF");
    else this.#lost(reason || "EOF");
  }

  #open(): void {
    if (this.#isRetired) return;
    this.#state = CONNECTING;
    this.#deadline = turn.now + this.#pool.config.connectTimeoutMs;
    this.#attempt = connect(this.#way.address, this.#way.tls, this, this.#outbox, this);
  }

  #readGreeting(chunk: Buffer): number {
    const greeter = this.#greeter!;
    const pos = greeter.read(chunk);
    if (greeter.welcome) this.#ready();
    else if (greeter.refusal !== "") this.#giveUp(greeter.refusal);
    return pos;
  }

  #ready(): void {
    this.#state = READY;
    this.#greeter = null;
    this.#lastReadMs = turn.now;
    this.#repliesBefore = this.#inbox.replies;
    const stream = this.#stream!;
    this.#topics.connected((bytes) => {
      this.#outbox.append(bytes, 0, bytes.length);
      stream.push();
    });
    this.#checkSync();
  }

  #take(bytes: Uint8Array, start: number, end: number): string {
    const frame = this.#frame;
    frame.read(bytes, start);
    const kind = MESSAGES.indexOf(frame.word);
    if (kind < 0) {
      const fault = this.#topics.answered(frame, bytes, start, end);
      this.#checkSync();
      return fault;
    }
    if (!this.isMuted) this.#watcher.heard(this, kind, frame, bytes, start, end);
    return "";
  }

  #checkSync(): void {
    if (!this.#topics.isInSync) return;
    this.#tellSettled();
    if (this.#gapSince < 0) return;
    this.#watcher.gapEnded(this.server, Math.round(turn.now - this.#gapSince));
    this.#gapSince = -1;
  }

  #checkAlive(now: number): void {
    const question = this.#topics.nextQuestion;
    if (question === undefined) {
      if (now - this.#lastReadMs >= QUIET_MS) this.#topics.ping();
      return;
    }
    const patience = this.#pool.config.timeoutMs || QUIET_MS;
    if (now - Math.max(question.askedMs, this.#lastReadMs) >= patience) this.#lost("ETIMEDOUT");
  }

  /** The connection is gone, or can't be trusted. The next is tried at once, unless that was in vain before. */
  #lost(reason: string): void {
    const wasAsked = this.#topics.nextQuestion !== undefined;
    const inVain = this.#backoff.lost(this.#inbox.replies > this.#repliesBefore, wasAsked);
    this.#state = IDLE;
    this.#forget();
    if (inVain) {
      this.#giveUp(reason);
    } else if (this.#isRetired) {
      this.#refuse(reason);
    } else if (this.#topics.size > 0) {
      this.declareGap(failureOf(reason).text);
      this.#open();
    }
  }

  /** An attempt failed: those who wait for it hear so. */
  #giveUp(reason: string): void {
    this.#forget();
    this.#state = DOWN;
    this.#deadline = turn.now + this.#backoff.next();
    this.#refuse(reason);
    this.declareGap(failureOf(reason).text);
  }

  #refuse(reason: string): void {
    this.#fault = `ERR server ${this.server} can't be listened to: ${failureOf(reason).text}`;
    this.#topics.refuseAll(this.#fault);
    this.#tellSettled();
  }

  #tellSettled(): void {
    for (const resolve of this.#whenSettled) resolve();
    this.#whenSettled = [];
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
    this.#topics.disconnected();
  }
}
