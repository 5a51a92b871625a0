/** The one connection on which a worker hears from a server of every key that changes, for all clients that track. */
import { ERROR, PUSH } from "../../protocol/redis/bytes.ts";
import { ReplyScanner } from "../../protocol/redis/reply_scanner.ts";
import { turn } from "../../transport/turn.ts";
import { failureOf } from "../failure.ts";
import { type Listener, ListeningConnection, type Send } from "../listening_connection.ts";
import type { Pool } from "../pool.ts";
import { encodeCommand } from "../redis/greeting.ts";
import { variantOf } from "../variant.ts";
import type { Way } from "../way.ts";
import { type Changed, readInvalidation } from "./invalidation.ts";

const TRACK = encodeCommand(["CLIENT", "TRACKING", "ON", "BCAST"]);
const PING = encodeCommand(["PING"]);

/** What a link tells the hub. */
export interface TrackingWatcher {
  /** Keys have changed on the server; they lie in a chunk that is the runtime's. */
  changed(keys: Changed): void;
  /** Changes may be missed, until `regained`. */
  missed(link: TrackingLink, reason: string): void;
  /** From now on every change is heard; what changed before may have been missed. */
  regained(link: TrackingLink): void;
}

/** A connection that hears of changes. */
export class TrackingLink implements Listener {
  readonly server: string;
  /** Whether the server has confirmed that it tells of changes. */
  isListening = false;
  isNeeded = true;
  readonly #connection: ListeningConnection;
  readonly #watcher: TrackingWatcher;
  #send: Send | null = null;
  /** When what the server has not answered yet was asked. */
  #asked: number[] = [];
  #fault = "";
  #waiting: ((fault: string) => void)[] = [];

  constructor(pool: Pool, server: string, way: Way, watcher: TrackingWatcher) {
    this.server = server;
    this.#watcher = watcher;
    const greeting = way.greetingOf(variantOf(3, 0));
    this.#connection = new ListeningConnection(pool, way, greeting, new ReplyScanner(true), this);
    this.#connection.open();
  }

  get askedMs(): number | undefined {
    return this.#asked[0];
  }

  /** Empty once every change is heard, or why that can't be for now. */
  get whenListening(): Promise<string> {
    if (this.isListening) return Promise.resolve("");
    if (this.#connection.isDown) return Promise.resolve(this.#fault);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Looks after deadlines. */
  tick(now: number): void {
    this.#connection.tick(now);
  }

  /** Closes for good. */
  close(): void {
    this.isNeeded = false;
    this.#connection.close();
    this.#settle(`ERR server ${this.server} has left the pool`);
  }

  connected(send: Send): void {
    this.#send = send;
    this.#ask(TRACK);
  }

  take(bytes: Uint8Array, start: number, end: number): string {
    if (bytes[start] === PUSH) {
      const keys = readInvalidation(bytes, start, end);
      if (keys === undefined) return "the server sent a push that nobody asked for";
      this.#watcher.changed(keys);
      return "";
    }
    if (this.#asked.shift() === undefined) return "the server said something it was not asked";
    if (this.isListening) return "";
    if (bytes[start] === ERROR) {
      this.#connection.giveUp(Buffer.from(bytes.subarray(start + 1, end - 2)).toString("latin1"));
    } else {
      this.isListening = true;
      this.#settle("");
      this.#watcher.regained(this);
    }
    return "";
  }

  ping(): void {
    this.#ask(PING);
  }

  disconnected(): void {
    this.#send = null;
    this.#asked = [];
    this.isListening = false;
  }

  lost(reason: string): void {
    this.#watcher.missed(this, failureOf(reason).text);
    if (this.isNeeded) this.#connection.open();
  }

  failed(reason: string): void {
    this.#fault = `ERR server ${this.server} can't be listened to: ${failureOf(reason).text}`;
    this.#settle(this.#fault);
    this.#watcher.missed(this, failureOf(reason).text);
  }

  #ask(question: Uint8Array): void {
    this.#asked.push(turn.now);
    this.#send!(question);
  }

  #settle(fault: string): void {
    for (const resolve of this.#waiting) resolve(fault);
    this.#waiting = [];
  }
}
