/**
 * A server that misbehaves as told, where a real one can't be made to: answers late or never, breaks off in the
 * middle of a reply, talks nonsense, says more than it was asked.
 */
import { createServer, type Server, type Socket } from "node:net";
import { freePort } from "./free_port.ts";
import { bulk, error, nullBulk, simple } from "./resp_encoder.ts";
import { parseResp } from "./resp.ts";

/** What the server does about one request; the request is its words. */
export type Script = (request: readonly string[], peer: FakePeer) => void;

/** What a fake server may be told. */
export interface FakeOptions {
  /** The port, where it must be a certain one. */
  readonly port?: number;
  /** Called for each new connection, before anything is read. */
  readonly welcome?: (peer: FakePeer) => void;
}

/** One connection to a fake server. */
export class FakePeer {
  /** What came on this connection, in order. */
  readonly requests: (readonly string[])[] = [];
  /** Whether the other side has closed, or this one has. */
  closed = false;
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);

  constructor(socket: Socket, server: FakeServer) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#take(chunk, server));
    socket.on("end", () => socket.end());
    socket.on("error", () => socket.destroy());
    socket.on("close", () => (this.closed = true));
  }

  /** Sends bytes, which need not be a whole reply. */
  write(bytes: string | Uint8Array): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes);
  }

  /** Sends bytes and then FIN; what the other side still sends is read. */
  finish(bytes: string | Uint8Array = ""): void {
    this.#socket.end(bytes);
  }

  /** Resets the connection. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  /** Reads no more, so that what the other side sends fills its socket. */
  pause(): void {
    this.#socket.pause();
  }

  /** Reads again. */
  resume(): void {
    this.#socket.resume();
  }

  #take(chunk: Buffer, server: FakeServer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    for (;;) {
      const parsed = parseResp(this.#received);
      if (parsed === null) return;
      this.#received = this.#received.subarray(parsed.end);
      const request = (parsed.value as unknown[]).map(String);
      this.requests.push(request);
      server.requests.push(request);
      server.script(request, this);
    }
  }
}

/** A scripted server; its script may be changed at any time. */
export class FakeServer implements AsyncDisposable {
  /** All connections there have been, oldest first. */
  readonly peers: FakePeer[] = [];
  /** It knows no more than its script: a pool in front of it doesn't ask it for its commands unless told to. */
  readonly isScripted = true;
  /** All requests of all connections. */
  readonly requests: (readonly string[])[] = [];
  readonly port: number;
  readonly #server: Server;

  private constructor(public script: Script, { port = freePort(), welcome }: FakeOptions) {
    this.port = port;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      const peer = new FakePeer(socket, this);
      this.peers.push(peer);
      welcome?.(peer);
    });
  }

  /** Starts a server that listens. */
  static async start(script: Script, options: FakeOptions = {}): Promise<FakeServer> {
    const fake = new FakeServer(script, options);
    await new Promise<void>((resolve, reject) => {
      fake.#server.once("error", reject);
      fake.#server.listen(fake.port, "127.0.0.1", () => resolve());
    });
    return fake;
  }

  /** Where it listens, as configuration files write it. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** The newest connection. Errors: throws when there has been none. */
  get peer(): FakePeer {
    const peer = this.peers.at(-1);
    if (peer === undefined) throw new Error("nobody has connected");
    return peer;
  }

  /** The requests with this command name. */
  requestsOf(command: string): (readonly string[])[] {
    return this.requests.filter(([name]) => name!.toUpperCase() === command);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const peer of this.peers) peer.reset();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Does what a healthy server with no data would, for the few commands that tests send. */
export const healthy: Script = ([name, ...args], peer) => {
  switch (name!.toUpperCase()) {
    case "PING":
      return peer.write(simple("PONG"));
    case "SET":
      return peer.write(simple("OK"));
    case "GET":
      return peer.write(nullBulk());
    case "ECHO":
      return peer.write(bulk(args[0]!));
    case "INFO":
      return peer.write(bulk("redis_version:7.0.0\r\n"));
    default:
      return peer.write(error("ERR not in the script"));
  }
};

/** Says nothing, whatever it is asked. */
export const silent: Script = () => {};
