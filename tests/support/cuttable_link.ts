/** A way to a port of this machine that can be cut: connections are reset, or fall silent, as a network would do. */
import { connect, createServer, type Server, type Socket } from "node:net";
import { freePort } from "./free_port.ts";

/** Listens on a port of its own and leads to another. */
export class CuttableLink implements AsyncDisposable {
  readonly port = freePort();
  /** Connections there have been. */
  connections = 0;
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #isSilent = false;

  private constructor(target: number) {
    this.#server = createServer((near) => this.#join(near, connect(target, "127.0.0.1")));
  }

  /** Begins to listen. */
  static async to(target: number): Promise<CuttableLink> {
    const link = new CuttableLink(target);
    await new Promise<void>((resolve) => link.#server.listen(link.port, "127.0.0.1", resolve));
    return link;
  }

  /** Resets all connections; new ones are let through. */
  cut(): void {
    for (const [near, far] of this.#pairs) {
      near.resetAndDestroy();
      far.destroy();
    }
  }

  /** Lets nothing through any more, on connections there are and on new ones, without closing any. */
  silence(): void {
    this.#isSilent = true;
    for (const pair of this.#pairs) pair.forEach((socket) => socket.pause());
  }

  /** Lets everything through again. */
  restore(): void {
    this.#isSilent = false;
    for (const pair of this.#pairs) pair.forEach((socket) => socket.resume());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(near: Socket, far: Socket): void {
    this.connections++;
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    const end = () => {
      this.#pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const [from, to] of [pair, pair.toReversed() as [Socket, Socket]]) {
      from.on("data", (bytes) => to.write(bytes));
      from.on("error", end);
      from.on("close", end);
      if (this.#isSilent) from.pause();
    }
  }
}
