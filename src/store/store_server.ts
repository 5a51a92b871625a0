/** A running store: a database, a listener, and the clients between. */
import { rmSync } from "node:fs";
import type { Address } from "../config/address.ts";
import { listen, type Listener } from "../transport/listen.ts";
import { canOpenSockets, openSocket } from "../transport/listening_socket.ts";
import { NOBODY, type Stream, type StreamOwner, sweepLingering } from "../transport/stream.ts";
import { Keyspace } from "./data/keyspace.ts";
import { sweep } from "./data/sweep.ts";
import { Totals } from "./data/totals.ts";
import { Watches } from "./data/watches.ts";
import type { Durability, Engine } from "./engine/engine.ts";
import { openEngine } from "./engine/open_engine.ts";
import { prepareTables } from "./engine/schema.ts";
import type { Speaker } from "./job.ts";
import { MAX_CLIENTS } from "./limits.ts";
import { MemcachedSpeaker } from "./memcached/memcached_speaker.ts";
import { RedisSpeaker } from "./redis/redis_speaker.ts";
import { Runner } from "./runner.ts";
import { Session } from "./session.ts";
import { StoreState } from "./store_state.ts";

/** What clients may speak; `auto`: what their first byte says. */
export const PROTOCOLS = ["auto", "redis", "memcached"] as const;

/** One of them. */
export type StoreProtocol = typeof PROTOCOLS[number];

/** What a store is started with. */
export interface StoreOptions {
  readonly address: Address;
  /** As the user writes it: `sqlite:cache.db`. */
  readonly database: string;
  readonly durability: Durability;
  readonly protocol: StoreProtocol;
  /** What clients have to AUTH with; null: nothing. */
  readonly password: Buffer | null;
  /** Hears of transactions that were lost, and of clients that were sent away. */
  readonly report: (text: string) => void;
}

const BACKLOG = 1024;
const KEEPALIVE_MS = 300_000;
/** How often connections that end are looked after; milliseconds. */
const TICK_MS = 100;
/** How often a sweep begins; milliseconds. */
const SWEEP_MS = 1000;
const LOWER_A = 97;
const LOWER_Z = 122;
/** How long clients may take to read their last replies; milliseconds. */
const LINGER_MS = 1000;
const FULL = Buffer.from("-ERR max number of clients reached\r\n");

/**
 * Whether a client that begins with this byte is memcached's. Its commands are lower case; Redis's requests begin with
 * a `*`, and by hand they may be typed in capitals. It has no passwords, so that where there is one, nobody is.
 */
function speaksMemcached({ protocol, password }: StoreOptions, firstByte: number): boolean {
  if (protocol !== "auto" || password !== null) return protocol === "memcached";
  return firstByte >= LOWER_A && firstByte <= LOWER_Z;
}

/** A store that serves. */
export class StoreServer {
  readonly #address: Address;
  readonly #engine: Engine;
  readonly #runner: Runner;
  readonly #state: StoreState;
  readonly #listener: Listener;
  readonly #tickers = [
    setInterval(() => sweepLingering(performance.now()), TICK_MS),
    setInterval(() => this.#sweep(), SWEEP_MS),
  ];

  private constructor(engine: Engine, totals: Totals, descriptor: number | null, options: StoreOptions) {
    this.#address = options.address;
    const watches = new Watches();
    this.#engine = engine;
    const failed = ({ message }: Error) => options.report(`a transaction failed: ${message}`);
    this.#runner = new Runner(new Keyspace(engine, totals, watches), failed);
    const speakerFor = (session: Session, firstByte: number): Speaker =>
      speaksMemcached(options, firstByte)
        ? new MemcachedSpeaker(session)
        : new RedisSpeaker(session, watches, options.password);
    this.#state = new StoreState(this.#runner, speakerFor, options.report);
    this.#listener = listen({
      address: options.address,
      descriptor,
      backlog: BACKLOG,
      keepaliveMs: () => KEEPALIVE_MS,
      tls: null,
      handshakeMs: () => 0,
      budget: this.#state.budget,
      accept: (stream) => this.#accept(stream),
    });
  }

  /** Opens the database and listens. Errors: throws with a message that says what can't be opened, and why. */
  static async start(options: StoreOptions): Promise<StoreServer> {
    const engine = await openEngine(options.database, options.durability);
    try {
      const totals = new Totals(await prepareTables(engine));
      const { address } = options;
      const descriptor = canOpenSockets()
        ? await openSocket({ address, backlog: BACKLOG, shared: false })
        : null;
      return new StoreServer(engine, totals, descriptor, options);
    } catch (error) {
      await engine.close();
      throw error;
    }
  }

  /** Ends: what was asked is done and answered, and nobody is served any more. */
  async stop(): Promise<void> {
    for (const ticker of this.#tickers) clearInterval(ticker);
    // The file first: whoever finds it without its socket takes its place, and that file would be removed.
    if (this.#address.kind === "unix") rmSync(this.#address.path, { force: true });
    this.#listener.stop();
    for (const session of this.#state.sessions) session.ended();
    await this.#runner.idle();
    await Promise.race([this.#state.emptied(), Bun.sleep(LINGER_MS)]);
    for (const session of this.#state.sessions) session.abort();
    await this.#engine.close();
  }

  #accept(stream: Stream): StreamOwner {
    if (this.#state.sessions.size >= MAX_CLIENTS) {
      queueMicrotask(() => {
        stream.outbox.append(FULL, 0, FULL.length);
        stream.finish();
      });
      return NOBODY;
    }
    const session = new Session(this.#state, stream);
    this.#state.sessions.add(session);
    return session;
  }

  /** Sweeps until there is no more to do, a little with each transaction. */
  #sweep(): void {
    this.#runner.add(async (keyspace) => {
      if (await sweep(keyspace)) this.#sweep();
    });
  }
}
