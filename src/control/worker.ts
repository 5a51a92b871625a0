/**
 * The data plane of one process: its pools with their listeners and health, and the tick that looks after
 * deadlines. This is where the parts are put together.
 */
import type { Config, PoolConfig } from "../config/mod.ts";
import { COMMANDS as MEMCACHED_COMMANDS } from "../protocol/memcached/command_table.ts";
import { ALL_COMMANDS as REDIS_COMMANDS } from "../protocol/redis/command_table.ts";
import { MemcachedProtocol, Pool, RedisProtocol, type Report, Shared } from "../proxy/mod.ts";
import { orderServers } from "../routing/ring/order_servers.ts";
import { createRing } from "../routing/ring/ring.ts";
import { listen, type Listener } from "../transport/listen.ts";
import { openFilesLimit } from "../transport/open_files.ts";
import { sweepLingering } from "../transport/stream.ts";
import { turn } from "../transport/turn.ts";
import { Health } from "./health.ts";

/** How often deadlines are looked at; milliseconds. */
const TICK_MS = 50;
/** Descriptors kept back for logs, probes and the runtime. */
const SPARE_FILES = 32;

/** A pool with what belongs to it. */
interface Member {
  readonly pool: Pool;
  readonly health: Health;
}

/** All pools of a configuration, running. */
export class Worker {
  readonly #shared: Shared;
  readonly #members: Member[];
  #listeners: Listener[] = [];
  #ticker: ReturnType<typeof setInterval> | null = null;

  constructor(config: Config, report: Report) {
    this.#shared = new Shared(config.maxTotalBytes, maxClients(config), report);
    this.#members = config.pools.map((pool) => makeMember(pool, this.#shared));
    this.#shared.pools.push(...this.#members.map((member) => member.pool));
  }

  /** Listens on every pool's address. Errors: throws when one can't be bound, after closing the others again. */
  async start(): Promise<void> {
    try {
      for (const { pool } of this.#members) this.#listeners.push(await this.#listen(pool));
    } catch (error) {
      this.stopListening();
      throw error;
    }
    for (const { pool } of this.#members) {
      if (pool.config.preconnect) { for (const backend of pool.backends) backend.preconnect(); }
    }
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Accepts no more clients. */
  stopListening(): void {
    for (const listener of this.#listeners) listener.stop();
    this.#listeners = [];
  }

  /** Stops accepting, has every session finish what it asked for, and waits for that for at most `graceMs`. */
  async drain(graceMs: number): Promise<void> {
    this.stopListening();
    for (const { pool } of this.#members) {
      for (const session of pool.sessions) session.ended();
    }
    const until = performance.now() + graceMs;
    while (this.#shared.clients > 0 && performance.now() < until) await Bun.sleep(TICK_MS);
    if (this.#ticker !== null) clearInterval(this.#ticker);
    for (const { pool } of this.#members) {
      for (const session of pool.sessions) {
        session.close("the proxy ends, and the client hasn't read its replies");
      }
      pool.close();
    }
    sweepLingering(Infinity);
  }

  #listen(pool: Pool): Promise<Listener> {
    const { config } = pool;
    return listen({
      address: config.listen,
      backlog: config.backlog,
      reusePort: config.reusePort,
      keepaliveMs: config.tcpKeepalive ? config.clientKeepaliveMs : 0,
      budget: this.#shared.budget,
      accept: (stream) => pool.accept(stream),
    });
  }

  #tick(): void {
    turn.begin();
    const { now } = turn;
    for (const { pool, health } of this.#members) {
      pool.tick(now);
      health.tick(now);
    }
    this.#shared.early.endTurn();
    sweepLingering(now);
  }
}

function makeMember(config: PoolConfig, shared: Shared): Member {
  const servers = orderServers(config.servers);
  const makeRouter = (live: readonly boolean[], epoch: number) =>
    createRing({
      distribution: config.distribution,
      hash: config.hash,
      hashTag: config.hashTag,
      servers,
      live,
      epoch,
      random: (n) => Math.floor(Math.random() * n),
    });
  const health = new Health(makeRouter, shared.report);
  const pool = new Pool({
    config,
    shared,
    servers,
    protocol: (self) => config.redis ? new RedisProtocol(self) : new MemcachedProtocol(self),
    commands: (config.redis ? REDIS_COMMANDS : MEMCACHED_COMMANDS).length,
    router: makeRouter(servers.map(() => true), 0),
    watcher: health,
  });
  health.pool = pool;
  return { pool, health };
}

/** As many as the limit of open files leaves beside what the pools need for themselves. */
function maxClients(config: Config): number {
  const own = config.pools.reduce(
    (sum, pool) => sum + 1 + pool.servers.length * (pool.serverConnections + 1),
    0,
  );
  return openFilesLimit() - own - SPARE_FILES;
}
