/**
 * A connection to a server for our own questions: pipelines of commands, answered in order; pushes go to whoever
 * wants them. It is made once: when it breaks it is lost, and with it everything that relied on its being the same
 * server with the same memory all the time.
 */
import type { Address } from "../config/address.ts";
import { formatAddress } from "../config/address.ts";
import { connect } from "../transport/connect.ts";
import { Outbox } from "../transport/outbox.ts";
import type { Stream, StreamOwner } from "../transport/stream.ts";
import type { ConnectTls } from "../transport/tls.ts";
import { type Answer, asText, Push, readAnswer, Refusal } from "./answer.ts";
import { readIdentity, type ServerIdentity } from "./features.ts";
import { ReplyStream } from "./reply_stream.ts";

/** Where a server is, and who we are to it. */
export interface ServerAddress {
  readonly address: Address;
  readonly tls: ConnectTls | null;
  /** Null: the default user. */
  readonly user: string | null;
  /** Null: none is asked for. */
  readonly password: string | null;
}

/** How a connection is to be. */
export interface ConnectionOptions {
  readonly resp: 2 | 3;
  /** What CLIENT LIST calls it. */
  readonly name: string;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Takes what comes unasked. */
  readonly pushed?: (push: Push) => void;
  /** A server that gives no byte for so long while it owes us an answer is taken for dead. Units: milliseconds. */
  readonly timeoutMs?: number;
}

/** A command's words; numbers stand for their digits. */
export type Command = readonly (string | number | Buffer)[];

/** A connection that broke, or could not be made; the message names the server. */
export class ConnectionLost extends Error {}

const CONNECT_MS = 5000;
const TIMEOUT_MS = 30_000;
const CRLF = Buffer.from("\r\n");
/** Nobody counts the bytes of these few connections; their users bound them. */
const UNCOUNTED = { change() {} };

interface Waiter {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** One connection. */
export class ServerConnection implements StreamOwner {
  /** The server, for messages. */
  readonly server: string;
  identity!: ServerIdentity;
  readonly #options: ConnectionOptions;
  readonly #outbox = new Outbox(UNCOUNTED);
  readonly #replies = new ReplyStream();
  readonly #lost = new AbortController();
  #stream: Stream | null = null;
  #waiting: Waiter[] = [];
  #heardMs = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #database = 0;

  private constructor(server: ServerAddress, options: ConnectionOptions) {
    this.server = formatAddress(server.address);
    this.#options = options;
  }

  /** Connects, makes itself known, and asks who answers. Errors: ConnectionLost, Refusal, or the signal's reason. */
  static async open(server: ServerAddress, options: ConnectionOptions): Promise<ServerConnection> {
    options.signal.throwIfAborted();
    const connection = new ServerConnection(server, options);
    try {
      await connection.#connect(server);
      await connection.#greet(server);
      connection.identity = readIdentity(asText(await connection.call("INFO", "server")));
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** Aborted, with the reason, when the connection is no more. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Closes it; what was asked and not answered fails. */
  close(): void {
    this.#end(new ConnectionLost(`${this.server}: the connection was closed`));
  }

  /** Runs one command. Errors: throws a Refusal for an error reply, ConnectionLost when there is no reply. */
  async call(...command: Command): Promise<Answer> {
    const [answer] = await this.pipeline([command]);
    if (answer instanceof Refusal) throw answer;
    return answer!;
  }

  /** Runs commands one behind the other, in one write; an error reply is a Refusal among the answers. */
  pipeline(commands: readonly Command[]): Promise<Answer[]> {
    const { reason, aborted } = this.#lost.signal;
    if (aborted) return Promise.reject(reason);
    if (this.#waiting.length === 0) this.#heardMs = performance.now();
    const answers = commands.map((command) => {
      this.#append(command);
      return new Promise<Answer>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    });
    this.#stream!.push();
    return Promise.all(answers);
  }

  /** Has commands that follow work on a database. */
  async select(database: number): Promise<void> {
    if (database === this.#database) return;
    await this.call("SELECT", database);
    this.#database = database;
  }

  received(chunk: Buffer): void {
    this.#heardMs = performance.now();
    try {
      // The chunk's memory is given back when this returns; answers are kept for longer.
      this.#replies.feed(Buffer.from(chunk), (reply) => this.#take(readAnswer(reply)));
    } catch (error) {
      this.#end(new ConnectionLost(`${this.server}: ${(error as Error).message}`));
    }
  }

  drained(): void {}

  ended(): void {
    this.#end(new ConnectionLost(`${this.server} closed the connection`));
  }

  closed(reason: string): void {
    this.#end(new ConnectionLost(`${this.server}: ${reason || "the connection was closed"}`));
  }

  async #connect({ address, tls }: ServerAddress): Promise<void> {
    const { signal, timeoutMs = TIMEOUT_MS } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const attempt = connect(address, tls, this, this.#outbox, {
      opened: (stream) => {
        this.#stream = stream;
        resolve();
      },
      refused: (reason) => reject(new ConnectionLost(`${this.server}: ${reason}`)),
    });
    const giveUp = setTimeout(
      () => reject(new ConnectionLost(`${this.server}: no connection within ${CONNECT_MS} ms`)),
      CONNECT_MS,
    );
    const onAbort = () => {
      reject(signal.reason);
      this.#end(signal.reason);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    this.lost.addEventListener("abort", () => signal.removeEventListener("abort", onAbort), { once: true });
    try {
      await promise;
    } catch (error) {
      attempt.cancel();
      throw error;
    } finally {
      clearTimeout(giveUp);
    }
    this.#timer = setInterval(() => this.#checkSilence(timeoutMs), Math.min(1000, timeoutMs / 2));
    this.#timer.unref();
  }

  async #greet({ user, password }: ServerAddress): Promise<void> {
    const { resp, name } = this.#options;
    const login = password === null ? [] : [user ?? "default", password];
    if (resp === 3) await this.call("HELLO", 3, ...(login.length === 0 ? [] : ["AUTH", ...login]));
    else if (password !== null) await this.call("AUTH", ...(user === null ? [password] : login));
    await this.call("CLIENT", "SETNAME", name);
  }

  #append(command: Command): void {
    const parts: Buffer[] = [Buffer.from(`*${command.length}\r\n`)];
    for (const word of command) {
      const bytes = typeof word === "object" ? word : Buffer.from(String(word));
      parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, CRLF);
    }
    for (const part of parts) this.#outbox.append(part, 0, part.length);
  }

  #take(answer: Answer): void {
    if (answer instanceof Push) {
      this.#options.pushed?.(answer);
      return;
    }
    const waiter = this.#waiting.shift();
    if (waiter === undefined) throw new Error("a reply that nobody asked for");
    waiter.resolve(answer);
  }

  #checkSilence(timeoutMs: number): void {
    if (this.#waiting.length === 0 || performance.now() - this.#heardMs < timeoutMs) return;
    this.#end(new ConnectionLost(`${this.server}: no answer within ${timeoutMs} ms`));
  }

  #end(reason: Error): void {
    if (this.#lost.signal.aborted) return;
    clearInterval(this.#timer);
    this.#lost.abort(reason);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(reason);
    this.#stream?.abort();
  }
}
