/**
 * A short conversation with a server, on a connection of its own: for questions whose answers are long, or that not
 * every server answers well. Whatever comes of it, no request of a client waits for it or fails by it.
 */
import { type Attempt, connect, type ConnectOutcome } from "../transport/connect.ts";
import { Outbox } from "../transport/outbox.ts";
import { NOBODY, type Stream, type StreamOwner } from "../transport/stream.ts";
import { turn } from "../transport/turn.ts";
import { failureOf } from "./failure.ts";
import { Greeter } from "./greeter.ts";
import type { Pool } from "./pool.ts";
import type { Greeting, ReplyReader } from "./protocol.ts";
import { LinkInbox } from "./pubsub/link_inbox.ts";
import type { Way } from "./way.ts";

/** All of a conversation takes no longer; milliseconds. */
const LONGEST_MS = 2000;
/** All that a server says in it is no more; bytes. */
const MOST_BYTES = 4 * 1024 * 1024;

/** Asks one request; errors: throws when the conversation is over before the reply is here. */
export type Ask = (question: Uint8Array) => Promise<Buffer>;

/** Talks to a server; `greeting` comes before all else. Errors: throws when `dialogue` does, or the server ends it. */
export async function talkTo<T>(
  pool: Pool,
  way: Way,
  greeting: Greeting | null,
  dialogue: (ask: Ask) => Promise<T>,
): Promise<T> {
  const talk = new Talk(pool, way, greeting);
  try {
    return await dialogue((question) => talk.ask(question));
  } finally {
    talk.end("");
  }
}

class Talk implements StreamOwner, ConnectOutcome {
  readonly #greeting: Greeting | null;
  readonly #reader: ReplyReader;
  readonly #inbox: LinkInbox;
  readonly #outbox: Outbox;
  readonly #deadline: ReturnType<typeof setTimeout>;
  /** Questions that are not answered yet. */
  #waiting: PromiseWithResolvers<Buffer>[] = [];
  #attempt: Attempt | null;
  #stream: Stream | null = null;
  /** While the greeting is being answered. */
  #greeter: Greeter | null = null;
  #received = 0;
  /** Why it is over; null while it goes on. */
  #fault: Error | null = null;

  constructor(pool: Pool, way: Way, greeting: Greeting | null) {
    const { budget } = pool.shared;
    this.#greeting = greeting;
    this.#reader = pool.protocol.newReplyReader();
    this.#inbox = new LinkInbox(this.#reader, budget, (bytes, start, end) => this.#take(bytes, start, end));
    this.#outbox = new Outbox(budget.forServers);
    this.#deadline = setTimeout(() => this.end("ETIMEDOUT"), LONGEST_MS);
    this.#attempt = connect(way.address, way.tls, this, this.#outbox, this);
  }

  ask(question: Uint8Array): Promise<Buffer> {
    if (this.#fault !== null) return Promise.reject(this.#fault);
    const waiting = Promise.withResolvers<Buffer>();
    this.#waiting.push(waiting);
    this.#outbox.append(question, 0, question.length);
    if (this.#stream !== null && this.#greeter === null) this.#stream.push();
    return waiting.promise;
  }

  /** Closes; `reason` is what those hear who still wait for a reply. */
  end(reason: string): void {
    if (this.#fault !== null) return;
    this.#fault = new Error(failureOf(reason).text);
    clearTimeout(this.#deadline);
    this.#attempt?.cancel();
    if (this.#stream !== null) {
      this.#stream.owner = NOBODY;
      this.#stream.abort();
    }
    this.#inbox.reset();
    this.#outbox.clear();
    for (const { reject } of this.#waiting) reject(this.#fault);
    this.#waiting = [];
  }

  opened(stream: Stream): void {
    turn.begin();
    this.#attempt = null;
    this.#stream = stream;
    if (this.#greeting === null) return stream.push();
    this.#greeter = new Greeter(this.#greeting, this.#reader);
    const { bytes } = this.#greeting;
    if (stream.write(bytes, 0, bytes.length) !== bytes.length) this.end("ECONNRESET");
  }

  refused(reason: string): void {
    this.#attempt = null;
    this.end(reason);
  }

  received(chunk: Buffer): void {
    this.#received += chunk.length;
    if (this.#received > MOST_BYTES) return this.end("the server says too much");
    const pos = this.#greeter === null ? 0 : this.#readGreeting(this.#greeter, chunk);
    if (this.#fault !== null || this.#greeter !== null) return;
    const fault = this.#inbox.read(chunk, pos);
    if (fault !== "") this.end(fault);
  }

  drained(): void {}

  /** The runtime closes the connection at the server's FIN; `closed` follows. */
  ended(): void {}

  closed(reason: string): void {
    this.#stream = null;
    this.end(reason || "EOF");
  }

  #readGreeting(greeter: Greeter, chunk: Buffer): number {
    const pos = greeter.read(chunk);
    if (greeter.refusal !== "") this.end(greeter.refusal);
    else if (greeter.welcome) {
      this.#greeter = null;
      this.#stream!.push();
    }
    return pos;
  }

  #take(bytes: Uint8Array, start: number, end: number): string {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) return "the server sent more replies than it was asked for";
    waiting.resolve(Buffer.from(bytes.subarray(start, end)));
    return "";
  }
}
