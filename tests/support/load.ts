/**
 * Clients that ask without a pause, and keep exact books: every request that was sent was acknowledged, or it is known
 * how it failed. Long connections ask again and again, short ones come, ask once and go. All they ask is INCR, so
 * that the servers' sums tell how many requests were executed.
 */
import type { Socket, SocketHandler } from "bun";
import { eventually } from "./eventually.ts";
import type { Endpoint } from "./raw_client.ts";
import { RawClient } from "./raw_client.ts";
import { command } from "./resp_encoder.ts";

/** What a load is made of. */
export interface LoadOptions {
  /** Connections that stay, and come back when they are closed. */
  readonly long?: number;
  /** Loops of connect, ask, close. */
  readonly short?: number;
  /** Time between a reply and the next request of a long connection; milliseconds. */
  readonly thinkMs?: number;
}

/** Keys that are counted up; many, so that every server has some. */
const KEYS = 100;
const PREFIX = "load:";
/** A reply that takes longer has not come; milliseconds. */
const REPLY_MS = 15_000;

/** How one request ended that was not acknowledged, or why it could not be sent. */
class Failure extends Error {}
/** The peer closed in order, with nothing of a reply, while the request was on its way to it. */
class Crossed extends Error {}

/** A load that is on until it is stopped. */
export class Load {
  /** Where new connections are made. */
  endpoint: Endpoint;
  sent = 0;
  acknowledged = 0;
  /** Requests on long connections that met the FIN of a proxy that was leaving. Nobody can have executed them. */
  crossed = 0;
  /** How the others failed; each is a mistake. */
  readonly failures: string[] = [];
  readonly #options: Required<LoadOptions>;
  readonly #loops: Promise<void>[];
  #isOn = true;

  private constructor(endpoint: Endpoint, { long = 0, short = 0, thinkMs = 1 }: LoadOptions) {
    this.endpoint = endpoint;
    this.#options = { long, short, thinkMs };
    this.#loops = [
      ...Array.from({ length: long }, () => this.#repeat(() => this.#useLong())),
      ...Array.from({ length: short }, () => this.#repeat(() => this.#useShort())),
    ];
  }

  /** Starts it and waits until it is under way. */
  static async start(endpoint: Endpoint, options: LoadOptions): Promise<Load> {
    const load = new Load(endpoint, options);
    await load.progress();
    return load;
  }

  /** Waits until `count` more requests are acknowledged; by default enough for every client to have had several. */
  async progress(count = 5 * (this.#options.long + this.#options.short)): Promise<void> {
    const goal = this.acknowledged + count;
    const isThere = () => this.acknowledged >= goal || this.failures.length > 0;
    await eventually(`${count} requests more are acknowledged`, isThere, { timeoutMs: REPLY_MS });
  }

  /** Stops it and waits for the last replies. */
  async stop(): Promise<void> {
    this.#isOn = false;
    await Promise.all(this.#loops);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #repeat(work: () => Promise<void>): Promise<void> {
    while (this.#isOn) {
      try {
        await work();
      } catch (error) {
        if (error instanceof Crossed) this.crossed++;
        else this.failures.push((error as Error).message);
        // Whatever is wrong is wrong soon enough.
        if (this.failures.length > 100) return;
      }
    }
  }

  async #useLong(): Promise<void> {
    const client = await Client.connect(this.endpoint);
    try {
      while (this.#isOn && !client.isClosed) {
        await this.#ask(client, true);
        if (this.#options.thinkMs > 0) await Bun.sleep(this.#options.thinkMs);
      }
    } finally {
      client.close();
    }
  }

  async #useShort(): Promise<void> {
    const client = await Client.connect(this.endpoint);
    try {
      await this.#ask(client, false);
    } finally {
      client.close();
    }
  }

  async #ask(client: Client, mayCross: boolean): Promise<void> {
    const key = `${PREFIX}${this.sent++ % KEYS}`;
    const reply = await client.ask(command("INCR", key), mayCross && client.isProven);
    if (!reply.startsWith(":")) throw new Failure(`INCR ${key}: ${reply}`);
    client.isProven = true;
    this.acknowledged++;
  }
}

/** How many requests of all loads a server has executed. */
export async function executedOn(endpoints: readonly Endpoint[]): Promise<number> {
  let sum = 0;
  for (const endpoint of endpoints) {
    using client = await RawClient.connect(endpoint);
    const counts = await client.command("MGET", ...Array.from({ length: KEYS }, (_, i) => `${PREFIX}${i}`));
    sum += (counts as (Buffer | string | null)[]).reduce<number>(
      (total, count) => total + Number(count ?? 0),
      0,
    );
  }
  return sum;
}

/** A connection with at most one request under way. */
class Client {
  isClosed = false;
  /** Whether it has had a reply. */
  isProven = false;
  #socket: Socket<undefined> | null = null;
  #received = "";
  #isEnded = false;
  #closedBy = "";
  #waiting: { resolve(reply: string): void; reject(error: Error): void; mayCross: boolean } | null = null;

  static async connect(endpoint: Endpoint): Promise<Client> {
    const client = new Client();
    const where = typeof endpoint === "string"
      ? { unix: endpoint }
      : { hostname: "127.0.0.1", port: endpoint };
    try {
      const socket: SocketHandler<undefined> = {
        data: (_, chunk) => client.#take(chunk.toString("latin1")),
        end: () => client.#end("FIN"),
        close: (_, error) => client.#end((error as { code?: string } | undefined)?.code ?? "close"),
        error() {},
        connectError() {},
      };
      client.#socket = await Bun.connect({ ...where, allowHalfOpen: true, socket } as never);
    } catch (error) {
      throw new Failure(`connect: ${(error as { code?: string }).code ?? error}`);
    }
    return client;
  }

  /** Sends a request; the line that answers it. */
  async ask(request: string | Uint8Array, mayCross: boolean): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    this.#waiting = { resolve, reject, mayCross };
    if (this.isClosed) this.#fail();
    else this.#socket!.write(request);
    const timer = setTimeout(() => reject(new Failure("no reply in time")), REPLY_MS);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting = null;
    }
  }

  close(): void {
    this.isClosed = true;
    this.#socket?.end();
  }

  #take(text: string): void {
    this.#received += text;
    const end = this.#received.indexOf("\r\n");
    if (end < 0) return;
    const reply = this.#received.slice(0, end);
    this.#received = this.#received.slice(end + 2);
    this.#waiting?.resolve(reply);
  }

  #end(by: string): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.isClosed = true;
    this.#closedBy = by;
    this.#fail();
  }

  #fail(): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    const isCrossing = waiting.mayCross && this.#closedBy === "FIN" && this.#received === "";
    const message = `closed by ${this.#closedBy} with ${JSON.stringify(this.#received)} of a reply`;
    waiting.reject(isCrossing ? new Crossed(message) : new Failure(message));
  }
}
