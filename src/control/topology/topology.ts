/**
 * Which servers of which pool are in the ring, and why not. Immutable: a change makes another one, which becomes the
 * truth once the workers have it.
 */
import type { Config, PoolConfig, ServerConfig } from "../../config/mod.ts";
import { SEAT_ROWS } from "../../proxy/mod.ts";
import { type ClusterLayout, UNKNOWN_LAYOUT } from "./cluster_layout.ts";
import type { ServerState } from "../instance.ts";
import type { FileTexts } from "../settings/config_file.ts";
import { type KeySpace, keySpaceMoved } from "./key_space.ts";
import type { PoolPlan, Verdict } from "../worker/plan.ts";
import { makeRouter, serversOf } from "../worker/pool_parts.ts";
import { numberServers, type ServerNumbers } from "./server_numbers.ts";
import { connectTlsOf, listenTlsOf } from "../worker/pool_tls.ts";

/** What an operator said about a server. */
export interface OperatorState {
  readonly state: "ejected" | "draining";
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
}

/** Operators' words by pool and server name. */
export type OperatorStates = Readonly<Record<string, Readonly<Record<string, OperatorState>>>>;

/** One server of a pool. */
export interface ServerRecord {
  readonly server: PoolConfig["servers"][number];
  readonly state: ServerState;
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
}

/** One pool. */
export interface PoolRecord {
  readonly config: PoolConfig;
  /** Its row in the table of clients. */
  readonly seat: number;
  readonly epoch: number;
  readonly numbers: ServerNumbers;
  /** Null where the configuration says which servers there are. */
  readonly layout: ClusterLayout | null;
  /** In the order of its routers. */
  readonly servers: readonly ServerRecord[];
}

/** All pools. */
export class Topology {
  readonly pools: ReadonlyMap<string, PoolRecord>;
  /** The row of the table of clients that was given out last. */
  readonly #lastSeat: number;

  constructor(pools: ReadonlyMap<string, PoolRecord> = new Map(), lastSeat = 0) {
    this.pools = pools;
    this.#lastSeat = lastSeat;
  }

  /** What becomes of this with another configuration: servers that stay keep the state that their failures gave them. */
  with(config: Config, operators: OperatorStates, now: number): Topology {
    const seats = new FreeSeats(new Set([...this.pools.values()].map(({ seat }) => seat)), this.#lastSeat);
    const pools = new Map<string, PoolRecord>();
    for (const pool of config.pools) {
      const before = this.pools.get(pool.name);
      const layout = pool.cluster === null ? null : before?.layout ?? UNKNOWN_LAYOUT;
      const servers = (layout === null ? serversOf(pool) : serversIn(layout)).map((server) =>
        next(server, pool, before?.servers ?? [], wordAbout(pool.name, server.name, operators), now)
      );
      const changed = !Bun.deepEquals(servers, before?.servers) || !Bun.deepEquals(pool, before?.config);
      pools.set(pool.name, {
        config: pool,
        seat: before?.seat ?? seats.take(),
        epoch: before === undefined ? 0 : before.epoch + (changed ? 1 : 0),
        numbers: numberServers(servers.map(({ server }) => server.name), before?.numbers ?? new Map()),
        layout,
        servers,
      });
    }
    return new Topology(pools, seats.last);
  }

  /** The same, but one server failed or is well again. */
  withState(pool: string, server: string, state: "failed" | "live", now: number): Topology {
    const record = this.pools.get(pool)!;
    const servers = record.servers.map((each) =>
      each.server.name === server ? { ...each, state, sinceMs: now } : each
    );
    const pools = new Map(this.pools).set(pool, { ...record, epoch: record.epoch + 1, servers });
    return new Topology(pools, this.#lastSeat);
  }

  /** The same, but a cluster is laid out otherwise; this itself when it isn't. */
  withLayout(pool: string, layout: ClusterLayout, now: number): Topology {
    const record = this.pools.get(pool)!;
    if (Bun.deepEquals(record.layout, layout)) return this;
    const servers = serversIn(layout).map((server) =>
      next(server, record.config, record.servers, undefined, now)
    );
    const numbers = numberServers(servers.map(({ server }) => server.name), record.numbers);
    const changed = { ...record, epoch: record.epoch + 1, layout, numbers, servers };
    return new Topology(new Map(this.pools).set(pool, changed), this.#lastSeat);
  }

  /** A server; undefined when there is none of that name. */
  server(pool: string, server: string): ServerRecord | undefined {
    return this.pools.get(pool)?.servers.find((each) => each.server.name === server);
  }

  /** What the routers of a pool have to know. */
  verdict(pool: string): Verdict {
    return verdictOf(this.pools.get(pool)!);
  }

  /** What workers have to know, by pool; `texts` are the files that the configuration names. */
  plans(texts: FileTexts): Record<string, PoolPlan> {
    const plans = [...this.pools].map(([name, record]) => [name, {
      verdict: verdictOf(record),
      seat: record.seat,
      numbers: numbersOf(record),
      tls: listenTlsOf(record.config, texts),
      serverTls: connectTlsOf(record.config, texts),
    }]);
    return Object.fromEntries(plans);
  }
}

function verdictOf(record: PoolRecord): Verdict {
  const { config, servers, epoch, layout } = record;
  const cluster = layout === null ? null : {
    servers: serversIn(layout),
    numbers: numbersOf(record),
    slots: layout.slots,
    configEpochs: layout.primaries.map(({ configEpoch }) => configEpoch),
  };
  return { pool: config.name, live: servers.map(({ state }) => state === "live"), epoch, cluster };
}

function numbersOf({ servers, numbers }: PoolRecord): number[] {
  return servers.map(({ server }) => numbers.get(server.name) ?? 0);
}

function serversIn({ primaries }: ClusterLayout): ServerConfig[] {
  return primaries.map(({ server }) => server);
}

/** Rows of the table of clients. They are given out in turn: where a pool was, its last clients may sit for long. */
class FreeSeats {
  last: number;
  readonly #taken: Set<number>;

  constructor(taken: Set<number>, last: number) {
    this.#taken = taken;
    this.last = last;
  }

  /** Errors: throws when there are too many pools. */
  take(): number {
    if (this.#taken.size >= SEAT_ROWS - 1) {
      throw new Error(`there can be no more than ${SEAT_ROWS - 1} pools`);
    }
    do this.last = this.last % (SEAT_ROWS - 1) + 1; while (this.#taken.has(this.last));
    this.#taken.add(this.last);
    return this.last;
  }
}

/** Names may be any, those that every object answers to included. */
function wordAbout(pool: string, server: string, operators: OperatorStates): OperatorState | undefined {
  const words = Object.hasOwn(operators, pool) ? operators[pool]! : {};
  return Object.hasOwn(words, server) ? words[server] : undefined;
}

/** A pool that ejects nobody any more has no use for a server's failures. */
function next(
  server: ServerRecord["server"],
  { autoEjectHosts }: PoolConfig,
  before: readonly ServerRecord[],
  operator: OperatorState | undefined,
  now: number,
): ServerRecord {
  if (operator !== undefined) return { server, ...operator };
  const same = before.find((each) =>
    each.server.name === server.name && Bun.deepEquals(each.server.address, server.address)
  );
  if (same?.state === "live" || (same?.state === "failed" && autoEjectHosts)) return { ...same, server };
  return { server, state: "live", sinceMs: now };
}

/** By pool that both have: the share of the key space that has another owner in `next`, 0 to 1. */
export function movedShares(before: Topology, next: Topology): Record<string, number> {
  const common = [...next.pools].filter(([name, { config }]) =>
    before.pools.get(name)?.config.redis === config.redis
  );
  return Object.fromEntries(
    common.map(([name, record]) => [
      name,
      keySpaceMoved(keySpaceOf(before.pools.get(name)!), keySpaceOf(record)),
    ]),
  );
}

/** How a pool divides the key space now. */
export function keySpaceOf(record: PoolRecord): KeySpace {
  const router = makeRouter(record.config, verdictOf(record));
  return { router, servers: record.servers.map(({ server }) => server) };
}
