/**
 * A network between the proxy and a server: what the server says takes its time, on each connection another. So what
 * was said first on one may be heard after what was said later on another.
 */
import { connect, createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";
import type { Random } from "./seed.ts";

const MOST_MS = 4;

/** A relay to one server. */
export class DelayingRelay implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(port: number, random: Random) {
    this.#server = createServer((client) => {
      const upstream = connect(port, "127.0.0.1");
      for (const socket of [client, upstream]) {
        this.#sockets.add(socket.setNoDelay(true));
        socket.on("error", () => {});
        socket.on("close", () => {
          this.#sockets.delete(socket);
          client.destroy();
          upstream.destroy();
        });
      }
      client.pipe(upstream);
      let before = Promise.resolve();
      upstream.on("data", (chunk) => {
        const ms = random.pick([0, 0, random.integer(0, MOST_MS)]);
        const late = new Promise<void>((resolve) => setTimeout(resolve, ms));
        before = before.then(() => late).then(() => void client.write(chunk));
      });
    });
  }

  /** Relays to a port of 127.0.0.1. */
  static async start(port: number, random: Random): Promise<DelayingRelay> {
    const relay = new DelayingRelay(port, random);
    relay.#server.listen(0, "127.0.0.1");
    await once(relay.#server, "listening");
    return relay;
  }

  /** Where it listens. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, "close");
  }
}
