/**
 * What one session listens to. A subscription is asked for when its command comes, so that servers are asked at once,
 * and begins when its confirmation is written, which is in the order of the session's replies: then it counts, and its
 * messages are handed on. It ends the same way.
 */
import type { Session } from "../session.ts";
import { type Kind, KINDS } from "./kind.ts";
import type { Topic } from "./topic.ts";

/** A session's relation to one topic. */
interface Entry {
  readonly topic: Topic;
  /** Commands that ask for it and are not answered yet. */
  pending: number;
  /** Whether it will be subscribed when all that was asked so far is answered. */
  isAsked: boolean;
  /** Whether the client has been told that it is. */
  isHeard: boolean;
}

/** The subscriptions of one session. */
export class Subscriptions {
  readonly #session: Session;
  /** By kind, by name with one character per byte; in the order they were asked for. */
  readonly #entries = KINDS.map(() => new Map<string, Entry>());
  readonly #heard = KINDS.map(() => 0);
  #asked = 0;
  #isOver = false;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Subscriptions of all kinds that have begun. */
  get size(): number {
    return this.#heard.reduce((sum, heard) => sum + heard, 0);
  }

  /** The same by kind. */
  get sizes(): readonly number[] {
    return [...this.#heard];
  }

  /** Whether the client will be subscribed to anything once all it has asked is answered. */
  get isSubscribing(): boolean {
    return this.#asked > 0;
  }

  /** The number that confirmations of a kind give. */
  count(kind: Kind): number {
    return KINDS.reduce(
      (sum, { isSharded, index }) => isSharded === kind.isSharded ? sum + this.#heard[index]! : sum,
      0,
    );
  }

  /** The client asks for a topic. One of `begin` and `fail` follows for each. */
  ask(kind: Kind, name: Buffer): Topic {
    const text = name.toString("latin1");
    const entries = this.#entries[kind.index]!;
    let entry = entries.get(text);
    if (entry === undefined) {
      const topic = this.#session.pool.subscribers.want(kind, name);
      entry = { topic, pending: 0, isAsked: false, isHeard: false };
      entries.set(text, entry);
    }
    entry.pending++;
    this.#setAsked(entry, true);
    return entry.topic;
  }

  /** The client is about to be told that it is subscribed. */
  begin(topic: Topic): void {
    const entry = this.#entryOf(topic);
    if (entry === undefined) return;
    entry.pending--;
    if (entry.isHeard) return;
    entry.isHeard = true;
    this.#heard[topic.kind.index]!++;
    topic.listeners.add(this.#session);
  }

  /** The client is about to be told that it could not be subscribed. */
  fail(topic: Topic): void {
    const entry = this.#entryOf(topic);
    if (entry === undefined) return;
    entry.pending--;
    if (entry.pending === 0 && !entry.isHeard) this.#setAsked(entry, false);
    this.#dropIfDone(entry);
  }

  /** The client asks to leave a topic, or with null all of a kind; `leave` follows when its turn comes. */
  askToLeave(kind: Kind, name: Buffer | null): void {
    const entries = this.#entries[kind.index]!;
    if (name === null) {
      for (const entry of entries.values()) this.#setAsked(entry, false);
    } else {
      const entry = entries.get(name.toString("latin1"));
      if (entry !== undefined) this.#setAsked(entry, false);
    }
  }

  /** The client is about to be told that it is not subscribed to a topic any more, if it was. */
  leave(kind: Kind, name: Buffer): void {
    const entry = this.#entries[kind.index]!.get(name.toString("latin1"));
    if (entry === undefined || !entry.isHeard) return;
    entry.isHeard = false;
    this.#heard[kind.index]!--;
    entry.topic.listeners.delete(this.#session);
    this.#dropIfDone(entry);
  }

  /** As `askToLeave`, for everything; `leaveAll` follows. */
  askToLeaveAll(): void {
    for (const kind of KINDS) this.askToLeave(kind, null);
  }

  /** As `leave`, for everything. */
  leaveAll(): void {
    for (const kind of KINDS) for (const name of this.names(kind)) this.leave(kind, name);
  }

  /** The names of all that the client is subscribed to. */
  names(kind: Kind): Buffer[] {
    const heard = [...this.#entries[kind.index]!.values()].filter(({ isHeard }) => isHeard);
    return heard.map(({ topic }) => topic.name);
  }

  /** The session ends, whatever it waits for. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const entries of this.#entries) {
      for (const { topic } of entries.values()) {
        topic.listeners.delete(this.#session);
        this.#session.pool.subscribers.unwant(topic);
      }
      entries.clear();
    }
    this.#heard.fill(0);
    this.#asked = 0;
  }

  #entryOf({ kind, text }: Topic): Entry | undefined {
    return this.#entries[kind.index]!.get(text);
  }

  #setAsked(entry: Entry, isAsked: boolean): void {
    if (entry.isAsked === isAsked) return;
    entry.isAsked = isAsked;
    this.#asked += isAsked ? 1 : -1;
    // What may be asked has changed with the first, or the last.
    if (this.#asked === (isAsked ? 1 : 0)) this.#session.client.redis!.changed();
  }

  #dropIfDone(entry: Entry): void {
    if (entry.pending > 0 || entry.isHeard) return;
    const { kind, text } = entry.topic;
    this.#entries[kind.index]!.delete(text);
    this.#session.pool.subscribers.unwant(entry.topic);
  }
}
