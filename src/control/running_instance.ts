/** What the faces of an instance ask of it, put to its settings, its supervisor and its log. */
import { ulid } from "ulid";
import { type Config, formatAddress, type PoolConfig } from "../config/mod.ts";
import type { PoolCommands } from "../proxy/mod.ts";
import {
  type HotKey,
  type InstanceFigures,
  mergeHotKeys,
  type PoolFigures,
  type SlowRequest,
} from "../stats/mod.ts";
import { VERSION } from "../version.ts";
import type { Exclusively } from "./exclusively.ts";
import type { Follower } from "./settings/follower.ts";
import {
  type Change,
  ChangeRefused,
  type CheckResult,
  type ClientView,
  type Instance,
  type InstanceEvent,
  type PoolView,
  type Readiness,
  type RouteView,
  type ServerChange,
} from "./instance.ts";
import type { Journal } from "./log/journal.ts";
import { addServer, changeServer, type Members, removeServer } from "./settings/membership.ts";
import { explainRoute, viewPool } from "./topology/pool_views.ts";
import type { ServiceManager } from "./service/sd_notify.ts";
import type { Settings } from "./settings/settings.ts";
import type { Supervisor } from "./supervisor.ts";
import type { PoolRecord } from "./topology/topology.ts";
import type { WorkerApi } from "./worker/worker_api.ts";

/** Of a pool that has come while the others' were gathered. */
const NO_FIGURES: PoolFigures = { protocol: "redis", figures: {}, servers: {} };

/** What an instance is made of. */
export interface InstanceParts {
  /** Changes wait for each other here. */
  readonly changes: Exclusively;
  readonly journal: Journal;
  readonly settings: Settings;
  readonly supervisor: Supervisor;
  readonly manager: ServiceManager;
  /** Who else follows the configuration. */
  readonly followers: readonly Follower[];
  /** Ends the instance; what for, and the change that it is. */
  stop(reason: string, id: string): void;
}

/** A running instance. */
export class RunningInstance implements Instance {
  readonly version = VERSION;
  readonly pid = process.pid;
  readonly #parts: InstanceParts;
  readonly #reloads = { reloads: 0, failed_reloads: 0, last_reload_ok: 1 };
  #lastReload: Readiness["lastReload"] = null;

  constructor(parts: InstanceParts) {
    this.#parts = parts;
  }

  get config(): Config {
    return this.#supervisor.config;
  }

  async readiness(): Promise<Readiness> {
    const workers = await this.#supervisor.crew.view();
    const isReady = workers.some(({ state }) => state === "running");
    const state = this.#supervisor.isLeaving ? "draining" : isReady ? "running" : "starting";
    return { state, workers, lastReload: this.#lastReload };
  }

  async figures(): Promise<InstanceFigures> {
    const instance = await this.#supervisor.figures();
    return { ...instance, figures: { ...instance.figures, ...this.#reloads } };
  }

  async pools(): Promise<PoolView[]> {
    const { pools } = await this.#supervisor.figures();
    const records = [...this.#supervisor.topology.pools.values()];
    return records.map((record) => {
      const { name } = record.config;
      return viewPool(record, this.#settings.isOverridden(name), pools[name] ?? NO_FIGURES);
    });
  }

  route(pool: string, key: Uint8Array): RouteView {
    return explainRoute(this.#supervisor.topology, this.#pool(pool), key);
  }

  async commands(pool: string): Promise<PoolCommands> {
    const views = await this.#askAll((worker) => worker.commands(), pool);
    const toldIn = ({ servers }: PoolCommands) => servers.filter(({ commands }) => commands > 0).length;
    const [first] = views.sort((a, b) => toldIn(b) - toldIn(a));
    if (first !== undefined) return first;
    throw new ChangeRefused(
      "missing",
      `pool ${JSON.stringify(pool)} is no Redis pool that is served`,
      "pool",
    );
  }

  addServer(pool: string, entry: string, confirm: number | null): Promise<Change> {
    return this.#changeMembers(pool, confirm, (members) => addServer(members, entry));
  }

  changeServer(pool: string, id: string, change: ServerChange, confirm: number | null): Promise<Change> {
    return this.#changeMembers(pool, confirm, (members) => changeServer(members, id, change, Date.now()));
  }

  removeServer(pool: string, id: string, confirm: number | null): Promise<Change> {
    return this.#changeMembers(pool, confirm, (members) => removeServer(members, id));
  }

  checkConfig(text: string): Promise<CheckResult> {
    return this.#settings.check(text, this.#supervisor);
  }

  reload(): Promise<Change> {
    return this.#parts.changes.do(async () => {
      const id = ulid();
      const before = this.config;
      this.#parts.manager.reloading();
      try {
        const { warnings, ...outcome } = await this.#settings.reload(
          this.#supervisor,
          this.#parts.followers,
        );
        this.#lastReload = { id, at: new Date().toISOString(), ok: true, faults: [] };
        this.#countReload("reloads");
        this.#journal.changed("config.reloaded", { id, ...outcome }, {});
        sayListening(this.#journal, this.config, before.pools.map(({ listen }) => formatAddress(listen)));
        this.#sayClosed(before);
        for (const warning of warnings) this.#journal.report("config.warning", { id, warning });
        return { id, ...outcome };
      } catch (error) {
        const faults = (error as Error).message.split("\n");
        this.#lastReload = { id, at: new Date().toISOString(), ok: false, faults };
        this.#countReload("failed_reloads");
        for (const fault of faults) this.#journal.report("config.rejected", { id, fault });
        throw error;
      } finally {
        this.#parts.manager.ready(statusOf(this.config));
      }
    });
  }

  /** Takes over what somebody else wrote to the store. Errors: throws when it can't be; the log has it. */
  adopt(): Promise<void> {
    return this.#parts.changes.do(async () => {
      try {
        const outcome = await this.#settings.adopt(this.#supervisor);
        if (outcome !== null) this.#journal.changed("store.changed", { id: ulid(), ...outcome }, {});
      } catch (error) {
        this.#journal.report("store.failed", { reason: (error as Error).message });
        throw error;
      }
    });
  }

  drain(): Change {
    const id = ulid();
    this.#parts.stop("drain", id);
    return { id, changes: ["the proxy accepts no more clients and ends"], moved: {} };
  }

  get logLevel(): number {
    return this.#journal.log.level;
  }

  setLogLevel(level: number): Change {
    const id = ulid();
    this.#journal.log.level = level;
    this.#journal.report("log.level", { id, verbosity: level });
    return { id, changes: [`log level ${level}`], moved: {} };
  }

  async slowLog(pool: string | null, most: number): Promise<SlowRequest[]> {
    if (pool !== null) this.#pool(pool);
    const all = await this.#supervisor.slowLog();
    return all.filter((each) => pool === null || each.pool === pool).slice(0, most);
  }

  async resetSlowLog(): Promise<Change> {
    const id = ulid();
    await this.#supervisor.resetSlowLog(null);
    this.#journal.report("slowlog.reset", { id });
    return { id, changes: ["the slow log is empty"], moved: {} };
  }

  async hotKeys(pool: string | null): Promise<HotKey[]> {
    return mergeHotKeys(await this.#askAll((worker) => worker.hotKeys(), pool), this.config.hotKeys.keys);
  }

  async clients(pool: string | null): Promise<ClientView[]> {
    return await this.#askAll(async (worker, slot) => {
      const clients = await worker.clients();
      return clients.map((client) => ({ ...client, worker: slot }));
    }, pool);
  }

  async killClient(client: number): Promise<Change> {
    const found = await this.#supervisor.crew.ask((worker) => worker.killClient(client));
    if (!found.includes(true)) throw new ChangeRefused("missing", `there is no client ${client}`, "id");
    const id = ulid();
    this.#journal.report("client.killed", { id, client });
    return { id, changes: [`client ${client} is disconnected`], moved: {} };
  }

  subscribe(listener: (event: InstanceEvent) => void, after: string | null): () => void {
    return this.#journal.events.subscribe(listener, after);
  }

  #sayClosed(before: Config): void {
    const pools = new Set(this.config.pools.map(({ name }) => name));
    for (const { name, listen } of before.pools) {
      if (!pools.has(name)) {
        this.#journal.report("pool.closed", { pool: name, listen: formatAddress(listen) });
      }
    }
  }

  #countReload(outcome: "reloads" | "failed_reloads"): void {
    this.#reloads[outcome]++;
    this.#reloads.last_reload_ok = outcome === "reloads" ? 1 : 0;
  }

  #changeMembers(
    pool: string,
    confirm: number | null,
    change: (members: Members) => Members,
  ): Promise<Change> {
    return this.#parts.changes.do(async () => {
      const id = ulid();
      const outcome = await this.#settings.changeMembers(this.#supervisor, pool, confirm, change);
      this.#journal.changed("membership.changed", { id, ...outcome }, { pool });
      return { id, ...outcome };
    });
  }

  #pool(name: string): PoolRecord {
    const record = this.#supervisor.topology.pools.get(name);
    if (record === undefined) {
      throw new ChangeRefused("missing", `there is no pool ${JSON.stringify(name)}`, "pool");
    }
    return record;
  }

  /** What all workers answer, as one list, of one pool or of all. */
  async #askAll<T extends { readonly pool: string }>(
    question: (worker: WorkerApi, slot: number) => Promise<T[]>,
    pool: string | null,
  ): Promise<T[]> {
    if (pool !== null) this.#pool(pool);
    const all = (await this.#supervisor.crew.ask(question)).flat();
    return pool === null ? all : all.filter((each) => each.pool === pool);
  }

  get #journal(): Journal {
    return this.#parts.journal;
  }

  get #settings(): Settings {
    return this.#parts.settings;
  }

  get #supervisor(): Supervisor {
    return this.#parts.supervisor;
  }
}

/** Says which pools accept clients at an address that is not in `before`. */
export function sayListening({ report }: Journal, { pools }: Config, before: readonly string[]): void {
  for (const pool of pools) {
    const listen = formatAddress(pool.listen);
    if (before.includes(listen)) continue;
    report("pool.listening", {
      pool: pool.name,
      protocol: pool.redis ? "redis" : "memcached",
      listen,
      ...spreadOf(pool),
    });
  }
}

/** Where its keys go. */
function spreadOf({ servers, distribution, hash, cluster }: PoolConfig): Record<string, string | number> {
  if (cluster !== null) return { seeds: cluster.seeds.length, distribution: "cluster" };
  return { servers: servers.length, distribution, hash };
}

/** What the service manager shows people. */
export function statusOf({ pools }: Config): string {
  return `serves ${pools.length === 1 ? "1 pool" : `${pools.length} pools`}`;
}
