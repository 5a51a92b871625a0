/** One question to a server, on a connection of its own: whether it can take traffic. No client's request is a probe. */
import type { PoolConfig, ServerConfig } from "../config/mod.ts";
import { type Pool, ReplyView, Request, Shared } from "../proxy/mod.ts";
import type { ConnectTls } from "../transport/tls.ts";
import { turn } from "../transport/turn.ts";
import { makePool, makeRouter } from "./pool_parts.ts";

/** A probe that is not answered by then has failed; milliseconds. */
const PROBE_MS = 2000;
/** Bytes a probe may hold. */
const PROBE_BYTES = 1024 * 1024;

/** What came of a probe so far. */
export type ProbeAnswer = "waiting" | "alive" | "failed";

/** A probe under way. */
export class Probe {
  readonly #until: number;
  readonly #pool: Pool;
  #answer: ProbeAnswer = "waiting";

  /** Asks `server` of a pool. */
  constructor(config: PoolConfig, server: ServerConfig, serverTls: ConnectTls | null, now: number) {
    this.#until = now + PROBE_MS;
    const alone = { ...config, servers: [server], serverConnections: 1, preconnect: false };
    this.#pool = makePool({
      config: alone,
      servers: alone.servers,
      numbers: [0],
      router: makeRouter(alone, { live: [true], epoch: 0 }),
      serverTls,
      shared: new Shared(PROBE_BYTES, 0, () => {}),
      seat: 0,
      watcher: { backendReady() {}, backendFailed: () => void (this.#answer = "failed") },
    });
    this.#ask();
  }

  /** Goes on; once the answer is known, the connection is closed. */
  tick(now: number): ProbeAnswer {
    this.#pool.tick(now);
    if (this.#answer === "waiting" && now >= this.#until) this.#answer = "failed";
    if (this.#answer !== "waiting") this.end();
    return this.#answer;
  }

  /** Closes its connection, whatever the answer would have been. */
  end(): void {
    this.#pool.close();
  }

  #ask(): void {
    const lane = this.#pool.backends[0]!.firstLane;
    if (!lane.begin(new Request(null, { take: (reply) => this.#take(reply) }, 0, turn.now))) return;
    const { bytes } = this.#pool.protocol.probe;
    lane.outbox.append(bytes, 0, bytes.length);
    lane.push();
  }

  #take(reply: Request): void {
    if (this.#answer !== "waiting") return;
    this.#answer = this.#pool.protocol.probe.accepts(new ReplyView(reply).copy()) ? "alive" : "failed";
  }
}
