/**
 * The one connection on which a worker listens to a server for all clients of a pool. `LinkTopics` knows what is
 * listened to; after a reconnection all of it is asked for before anything else. What was published meanwhile is lost,
 * as for any subscriber that was away: that is reported as a gap, and so is its end.
 */
import { formatAddress } from "../../config/mod.ts";
import { turn } from "../../transport/turn.ts";
import { failureOf } from "../failure.ts";
import { type Listener, ListeningConnection, type Send } from "../listening_connection.ts";
import type { Pool } from "../pool.ts";
import type { Way } from "../way.ts";
import { LinkTopics } from "./link_topics.ts";
import { PushFrame } from "./push_frame.ts";
import type { Topic } from "./topic.ts";

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
export class SubscriberLink implements Listener {
  /** The server's name. */
  readonly server: string;
  readonly address: string;
  /** Another link still speaks for the server: what is heard here is dropped. */
  isMuted = false;
  readonly #watcher: LinkWatcher;
  readonly #connection: ListeningConnection;
  readonly #topics = new LinkTopics(() => this.#watcher.topicLeft());
  readonly #frame = new PushFrame();
  /** Why the last attempt failed, for clients. */
  #fault = "";
  /** -1 while nothing is missed. */
  #gapSince = -1;
  #isRetired = false;
  #whenSettled: (() => void)[] = [];

  constructor(pool: Pool, server: string, way: Way, watcher: LinkWatcher) {
    this.server = server;
    this.address = formatAddress(way.address);
    this.#watcher = watcher;
    const reader = pool.protocol.newReplyReader();
    this.#connection = new ListeningConnection(pool, way, way.greeting, reader, this);
  }

  /** Whether it has nothing to listen to, and had nothing for a while. */
  get isOver(): boolean {
    return this.#topics.size === 0 && turn.now - this.#topics.emptySince >= IDLE_MS;
  }

  get isNeeded(): boolean {
    return this.#topics.size > 0 && !this.#isRetired;
  }

  get askedMs(): number | undefined {
    return this.#topics.nextQuestion?.askedMs;
  }

  /** Done when all topics are heard, or can't be for now. */
  get settled(): Promise<void> {
    if (this.#topics.isInSync || this.#connection.isDown) return Promise.resolve();
    return new Promise((resolve) => this.#whenSettled.push(resolve));
  }

  /** Whether the server has confirmed a topic. */
  hears(topic: Topic): boolean {
    return this.#topics.hears(topic);
  }

  /** Listens to a topic from now on. Null when it does so already; else empty once it does, or why it can't. */
  hear(topic: Topic): Promise<string> | null {
    const answer = this.#topics.hear(topic);
    if (this.#connection.isDown) this.#topics.refuseAll(this.#fault);
    else if (!this.#isRetired) this.#connection.open();
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
    this.#connection.close();
    this.#refuse("it has left the pool");
  }

  /** Looks after deadlines. */
  tick(now: number): void {
    this.#connection.tick(now);
  }

  connected(send: Send): void {
    this.#topics.connected(send);
    this.#checkSync();
  }

  take(bytes: Uint8Array, start: number, end: number): string {
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

  ping(): void {
    this.#topics.ping();
  }

  disconnected(): void {
    this.#topics.disconnected();
  }

  lost(reason: string): void {
    if (this.#isRetired) {
      this.#refuse(reason);
    } else if (this.#topics.size > 0) {
      this.declareGap(failureOf(reason).text);
      this.#connection.open();
    }
  }

  /** Those who wait for it hear so. */
  failed(reason: string): void {
    this.#refuse(reason);
    this.declareGap(failureOf(reason).text);
  }

  #checkSync(): void {
    if (!this.#topics.isInSync) return;
    this.#tellSettled();
    if (this.#gapSince < 0) return;
    this.#watcher.gapEnded(this.server, Math.round(turn.now - this.#gapSince));
    this.#gapSince = -1;
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
}
