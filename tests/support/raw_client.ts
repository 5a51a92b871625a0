/**
 * A client that does exactly what it is told: sends bytes as they are given and hands out replies one at a time, as
 * values or as the bytes they came in. Every wait has a deadline.
 */
import { connect, type Socket } from "node:net";
import { connect as connectByTls, type ConnectionOptions } from "node:tls";
import { type Argument, command } from "./resp_encoder.ts";
import { type Parsed, parseResp, type RespValue } from "./resp.ts";

/** A port of 127.0.0.1, or the path of a unix socket. */
export type Endpoint = number | string;

const DEADLINE_MS = 5000;

/** One connection. */
export class RawClient implements Disposable {
  /** How long each read may take. */
  deadlineMs = DEADLINE_MS;

  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  /** Bytes that came and were not yet put behind `#received`. */
  #fresh: Buffer[] = [];
  /** Why nothing more will come; null while something may. */
  #ended: string | null = null;
  #wake = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => {
      this.#fresh.push(chunk);
      this.#wake();
    });
    socket.on("end", () => this.#end("the peer closed the connection"));
    socket.on("error", (error) => this.#end(`the connection broke: ${error.message}`));
    socket.on("close", () => this.#end("the connection was closed"));
  }

  /** Connects; `host` is for ports of other machines. Errors: throws when no connection can be made. */
  static connect(endpoint: Endpoint, host = "127.0.0.1"): Promise<RawClient> {
    const target = typeof endpoint === "number" ? { port: endpoint, host } : { path: endpoint };
    return new Promise((resolve, reject) => {
      const socket = connect({ ...target, allowHalfOpen: true });
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new RawClient(socket));
      });
    });
  }

  /** Connects to a port of 127.0.0.1 by TLS. Errors: throws when the handshake fails. */
  static connectTls(port: number, options: ConnectionOptions): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = connectByTls({ port, host: "127.0.0.1", servername: "localhost", ...options });
      // A peer may refuse the handshake and break the connection too.
      socket.on("error", reject);
      socket.once("secureConnect", () => resolve(new RawClient(socket)));
    });
  }

  /** Whether the peer has closed the connection, or it broke. */
  get ended(): boolean {
    return this.#ended !== null;
  }

  /** The local port; tells connections apart in a proxy's log. Undefined over a unix socket. */
  get localPort(): number | undefined {
    return this.#socket.localPort;
  }

  /** Sends bytes, or text as UTF-8. What the system doesn't take at once waits in this process. */
  write(data: string | Uint8Array): void {
    this.#socket.write(data);
  }

  /** Sends bytes and waits for the system to take them all; false when it doesn't within `timeoutMs`. */
  async writeOut(data: Uint8Array, timeoutMs: number): Promise<boolean> {
    const taken = new Promise<boolean>((resolve) => this.#socket.write(data, () => resolve(true)));
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), timeoutMs)));
    try {
      return await Promise.race([taken, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends one command and doesn't wait for its reply. */
  send(...args: readonly Argument[]): void {
    this.write(command(...args));
  }

  /** Sends one command and reads one reply. */
  async command(...args: readonly Argument[]): Promise<RespValue> {
    this.send(...args);
    return await this.readReply();
  }

  /** The next reply. Errors: throws when the connection or the time ends before it is whole. */
  async readReply(): Promise<RespValue> {
    return (await this.#readParsed()).value;
  }

  /** The next `count` replies. */
  async readReplies(count: number): Promise<RespValue[]> {
    const replies: RespValue[] = [];
    while (replies.length < count) replies.push(await this.readReply());
    return replies;
  }

  /** The bytes of the next reply. */
  async readRawReply(): Promise<Buffer> {
    return (await this.#readParsed()).raw;
  }

  /** The next `count` bytes. */
  async readBytes(count: number): Promise<Buffer> {
    await this.#until(`${count} bytes`, () => this.#received.length >= count);
    return this.#take(count);
  }

  /** The next line without its end, for protocols that have lines. */
  async readLine(): Promise<string> {
    let end = -1;
    await this.#until("a line", () => (end = this.#received.indexOf("\r\n")) >= 0);
    return this.#take(end + 2).toString("utf8", 0, end);
  }

  /** All that comes until the peer closes, a reset included. */
  async readUntilClose(): Promise<Buffer> {
    await this.#until("the end of the connection", () => this.ended, true);
    return this.#take(this.#received.length);
  }

  /** Reads no more until `resume`, so that the peer's writes fill up. */
  pause(): void {
    this.#socket.pause();
  }

  /** Reads again. */
  resume(): void {
    this.#socket.resume();
  }

  /** Says that no more will be sent, and goes on reading. */
  halfClose(): void {
    this.#socket.end();
  }

  /** Closes with a reset, as a client that vanished. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  /** Closes at once. */
  close(): void {
    this.#socket.destroy();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #readParsed(): Promise<{ value: RespValue; raw: Buffer }> {
    let parsed: Parsed | null = null;
    await this.#until("a reply", () => (parsed = parseResp(this.#received)) !== null);
    const { value, end } = parsed!;
    return { value, raw: this.#take(end) };
  }

  async #until(what: string, isThere: () => boolean, mayEnd = false): Promise<void> {
    const deadline = performance.now() + this.deadlineMs;
    for (;;) {
      this.#gather();
      if (isThere()) return;
      if (this.#ended !== null && !mayEnd) throw new Error(this.#complaint(what, this.#ended));
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(this.#complaint(what, `nothing within ${this.deadlineMs} ms`));
      await this.#somethingNew(left);
    }
  }

  #somethingNew(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #gather(): void {
    if (this.#fresh.length === 0) return;
    this.#received = Buffer.concat([this.#received, ...this.#fresh]);
    this.#fresh = [];
  }

  #take(count: number): Buffer {
    const taken = this.#received.subarray(0, count);
    this.#received = this.#received.subarray(count);
    return taken;
  }

  #end(reason: string): void {
    this.#ended ??= reason;
    this.#wake();
  }

  #complaint(what: string, why: string): string {
    const start = this.#received.toString("latin1", 0, 200);
    return `waiting for ${what}: ${why}; ${this.#received.length} bytes are there: ${JSON.stringify(start)}`;
  }
}
