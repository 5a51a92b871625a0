/**
 * The data plane of one process: the pools of a plan with their listeners, and the tick that looks after deadlines.
 * A plan comes in two steps, so that of several workers either all carry it out or none.
 */
import { formatAddress, type PoolConfig } from "../../config/mod.ts";
import {
  type ClientDescription,
  type ClientDetails,
  type ClientFilter,
  collectFigures,
  describeClient,
  describeCommands,
  type MonitorLines,
  OwnClients,
  type Pool,
  type PoolCommands,
  RedisProtocol,
  type Seats,
  type Session,
  Shared,
  type UnblockReason,
} from "../../proxy/mod.ts";
import type { HotKey, SlowRequest, WorkerFigures } from "../../stats/mod.ts";
import { takeBallast } from "../../transport/ballast.ts";
import { nextPoll } from "../../transport/next_poll.ts";
import { sweepLingering } from "../../transport/stream.ts";
import { turn } from "../../transport/turn.ts";
import { roomForClients } from "./client_room.ts";
import { FormerMembers } from "./former_members.ts";
import { LoopLag } from "./loop_lag.ts";
import { closeAll, Member, type Opening } from "./member.ts";
import type { Plan, PoolPlan, SocketOffer, Verdict } from "./plan.ts";
import { checkPool } from "./pool_check.ts";
import { processFigures } from "./process_figures.ts";
import type { SupervisorApi, WorkerApi } from "./worker_api.ts";

/** How often deadlines are looked at; milliseconds. */
const TICK_MS = 50;

/** A plan that can be carried out. */
interface Draft {
  readonly plan: Plan;
  readonly sockets: readonly SocketOffer[];
}

/** A pool of a plan that is being carried out. */
interface Entry {
  readonly config: PoolConfig;
  readonly member: Member;
  /** Whether the plan before had no such pool. */
  readonly isNew: boolean;
  readonly opening: Opening;
}

/** One worker. */
export class Worker implements WorkerApi {
  readonly #supervisor: SupervisorApi;
  readonly #shared: Shared;
  readonly #ownClients = new OwnClients(() => this.#shared.pools);
  readonly #members = new Map<string, Member>();
  readonly #former = new FormerMembers();
  readonly #lag = new LoopLag(TICK_MS);
  #draft: Draft | null = null;
  #graceMs = 0;
  #ticker: ReturnType<typeof setInterval> | null = null;
  #drained: (() => void) | null = null;

  /** Client ids begin behind `lastId`. */
  constructor(supervisor: SupervisorApi, seats: Seats, lastId: number) {
    takeBallast();
    this.#supervisor = supervisor;
    this.#shared = new Shared(0, 0, (event, facts) => supervisor.report(event, facts), seats, lastId);
    this.#shared.instance = supervisor;
    this.#shared.supervisor = supervisor;
  }

  async prepare(plan: Plan, sockets: readonly SocketOffer[]): Promise<void> {
    this.#dropDraft();
    this.#draft = { plan, sockets };
    roomForClients(plan.config);
    for (const pool of plan.config.pools) checkPool(pool, plan.pools[pool.name]!);
    turn.begin();
    await Promise.all(
      plan.config.pools.map((pool) => this.#members.get(pool.name)?.prepare(pool, plan.pools[pool.name]!)),
    );
  }

  // deno-lint-ignore require-await -- a part of an interface that others implement over a channel
  async commit(): Promise<void> {
    const draft = this.#draft!;
    this.#draft = null;
    turn.begin();
    const { plan } = draft;
    const entries = this.#openAll(draft);
    // From here on nothing fails.
    this.#limit(plan);
    this.#dismiss(plan.config.pools);
    const addresses = new Set(plan.config.pools.map(({ listen }) => formatAddress(listen)));
    for (const { config, member, isNew, opening } of entries) {
      this.#members.set(config.name, member);
      member.pool.throttle.configure(config, plan.workers);
      if (isNew) member.preconnect();
      else member.reconfigure(config, plan.pools[config.name]!);
      member.enter(opening, addresses);
    }
    this.#shared.pools = this.#pools;
    const { sample, keys } = plan.config.hotKeys;
    for (const { hotKeys } of this.#shared.pools) hotKeys.configure(sample, keys);
    this.#ticker ??= setInterval(() => this.#tick(), TICK_MS);
  }

  // deno-lint-ignore require-await -- as above
  async abort(): Promise<void> {
    this.#dropDraft();
    this.#stayAsItIs();
  }

  // deno-lint-ignore require-await -- as above
  async route(verdict: Verdict): Promise<void> {
    turn.begin();
    this.#members.get(verdict.pool)!.route(verdict);
  }

  // deno-lint-ignore require-await -- as above
  async figures(): Promise<WorkerFigures> {
    const { pools } = this.#shared;
    return { process: processFigures(this.#shared, this.#lag.counts), pools: collectFigures(pools) };
  }

  // deno-lint-ignore require-await -- as above
  async slowLog(): Promise<SlowRequest[]> {
    return this.#shared.slowLog.list();
  }

  // deno-lint-ignore require-await -- as above
  async resetSlowLog(pool: string | null): Promise<void> {
    this.#shared.slowLog.reset(pool);
  }

  // deno-lint-ignore require-await -- as above
  async hotKeys(): Promise<HotKey[]> {
    return this.#shared.pools.flatMap(({ hotKeys }) => hotKeys.list());
  }

  // deno-lint-ignore require-await -- as above
  async commands(): Promise<PoolCommands[]> {
    return this.#shared.pools.flatMap((pool) =>
      pool.protocol instanceof RedisProtocol ? [describeCommands(pool, pool.protocol.learner)] : []
    );
  }

  // deno-lint-ignore require-await -- as above
  async clients(): Promise<ClientDescription[]> {
    return [...this.#sessions()].map(describeClient);
  }

  // deno-lint-ignore require-await -- as above
  async killClient(id: number): Promise<boolean> {
    const session = [...this.#sessions()].find((each) => each.id === id);
    session?.close("killed by an operator");
    return session !== undefined;
  }

  clientsOf(pool: string): Promise<ClientDetails[]> {
    return this.#ownClients.clientsOf(pool);
  }

  killClients(pool: string, filter: ClientFilter): Promise<number> {
    return this.#ownClients.killClients(pool, filter);
  }

  pauseClients(pool: string, timeoutMs: number, readsToo: boolean): Promise<void> {
    return this.#ownClients.pauseClients(pool, timeoutMs, readsToo);
  }

  resumeClients(pool: string): Promise<void> {
    return this.#ownClients.resumeClients(pool);
  }

  unblockClient(pool: string, id: number, reason: UnblockReason): Promise<string> {
    return this.#ownClients.unblockClient(pool, id, reason);
  }

  wantMonitorLines(pool: string, who: string, forMs: number): Promise<void> {
    return this.#ownClients.wantMonitorLines(pool, who, forMs);
  }

  passMonitorLines(pool: string, from: string, lines: MonitorLines): Promise<void> {
    return this.#ownClients.passMonitorLines(pool, from, lines);
  }

  async drain(graceMs: number): Promise<void> {
    this.#graceMs = graceMs;
    // Whoever stands in a queue by now would be reset with what it has asked for; it is let in.
    await nextPoll();
    await new Promise<void>((resolve) => {
      this.#drained = resolve;
      turn.begin();
      this.#dismiss([]);
      this.#tick();
    });
    if (this.#ticker !== null) clearInterval(this.#ticker);
    sweepLingering(Infinity);
  }

  #limit({ config, workers }: Plan): void {
    this.#graceMs = config.shutdownGraceMs;
    this.#shared.budget.limit = Math.ceil(config.limits.maxTotalBytes / workers);
    this.#shared.maxClients = roomForClients(config);
    this.#shared.maxInstanceClients = config.limits.maxClients;
    this.#shared.slowLog.configure(config.slowlog.thresholdMs, config.slowlog.entries);
  }

  /** Sees off the clients of pools that `pools` doesn't have. */
  #dismiss(pools: readonly PoolConfig[]): void {
    for (const [name, member] of this.#members) {
      const config = pools.find((pool) => pool.name === name);
      if (config !== undefined && member.canBecome(config)) continue;
      this.#members.delete(name);
      this.#former.add(member, this.#graceMs, turn.now);
    }
  }

  /** Opens all that the plan's pools accept clients with. Errors: when something can't be; nothing has changed then. */
  #openAll({ plan, sockets }: Draft): Entry[] {
    const offers = Map.groupBy(sockets, ({ pool }) => pool);
    const entries: Entry[] = [];
    try {
      for (const config of plan.config.pools) {
        const descriptors = (offers.get(config.name) ?? []).map(({ descriptor }) => descriptor);
        offers.delete(config.name);
        entries.push(this.#open(config, plan.pools[config.name]!, descriptors));
      }
      return entries;
    } catch (error) {
      for (const { member, isNew, opening } of entries) {
        for (const listener of opening.listeners ?? []) listener.stop();
        if (isNew) member.pool.close();
      }
      closeAll([...offers.values()].flat().map(({ descriptor }) => descriptor));
      this.#stayAsItIs();
      throw error;
    }
  }

  #open(config: PoolConfig, plan: PoolPlan, descriptors: readonly (number | null)[]): Entry {
    const known = this.#members.get(config.name);
    const isNew = known === undefined || !known.canBecome(config);
    const member = isNew ? new Member(config, plan, this.#shared, this.#supervisor) : known;
    return { config, member, isNew, opening: member.open(config, plan, descriptors) };
  }

  /** What was to come is not. */
  #stayAsItIs(): void {
    for (const { pool } of this.#members.values()) pool.subscribers.follow();
  }

  #dropDraft(): void {
    closeAll(this.#draft?.sockets.map(({ descriptor }) => descriptor) ?? []);
    this.#draft = null;
  }

  #tick(): void {
    this.#lag.tick(performance.now());
    turn.begin();
    const { now } = turn;
    for (const { pool } of this.#members.values()) pool.tick(now);
    this.#former.tick(now);
    this.#shared.pools = this.#pools;
    if (this.#shared.pools.length === 0) this.#drained?.();
    this.#shared.early.endTurn();
    sweepLingering(now);
  }

  /** Those included whose last clients are about to leave. */
  get #pools(): Pool[] {
    return [...Array.from(this.#members.values(), ({ pool }) => pool), ...this.#former.pools];
  }

  *#sessions(): Iterable<Session> {
    for (const pool of this.#pools) yield* pool.sessions;
  }
}
