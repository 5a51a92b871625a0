/** An instance that is none: two pools, one ring, everything asked of it is noted. */
import { loadConfig } from "../../../src/config/mod.ts";
import type {
  Change,
  CheckResult,
  ClientView,
  Instance,
  InstanceEvent,
  PoolCommands,
  PoolView,
  Readiness,
  RouteView,
  ServerChange,
} from "../../../src/control/instance.ts";
import { ChangeRefused } from "../../../src/control/instance.ts";
import type { HotKey, InstanceFigures, SlowRequest } from "../../../src/stats/mod.ts";

/** The configuration of the fake; its passwords are `hunter2`. */
export const CONFIG_TEXT = `
pools:
  cache:
    listen: 127.0.0.1:22121
    protocol: redis
    redis_auth: hunter2
    hash_tag: "{}"
    timeout: 400
    servers:
      - 127.0.0.1:6379:1 alpha
      - 127.0.0.1:6380:2
  web pages/100%:
    listen: /tmp/pages.sock 0660
    protocol: memcached
    servers: [127.0.0.1:11211:1]
log:
  level: 6
`;

/** The share that moving a server of the Redis pool takes along. */
export const SHARE = 0.33203125;

const { config: CONFIG, faults: FAULTS } = loadConfig(CONFIG_TEXT, "conf/sennit.yml");

/** What was asked of the instance: the method's name and its arguments. */
export type Call = readonly [name: string, ...args: unknown[]];

/** The instance. */
export class FakeInstance implements Instance {
  readonly version = "9.8.7";
  readonly pid = 4711;
  readonly config = CONFIG ?? (() => {
    throw new Error(JSON.stringify(FAULTS));
  })();
  readonly calls: Call[] = [];
  logLevel = 5;
  /** Thrown by the next call that can throw. */
  failure: Error | null = null;
  ready: Readiness = {
    state: "running",
    workers: [{ slot: 0, pid: 4711, state: "running", restarts: 0, clients: 3 }],
    lastReload: null,
  };
  kept: InstanceEvent[] = [];
  readonly #listeners = new Set<(event: InstanceEvent) => void>();
  #changes = 0;

  async readiness(): Promise<Readiness> {
    this.#note("readiness");
    return await Promise.resolve(this.ready);
  }

  figures(): Promise<InstanceFigures> {
    this.#note("figures");
    const figures = {
      version: this.version,
      pid: 1,
      startedAtMs: 0,
      nowMs: 1000,
      figures: {},
      pools: {},
      workers: {},
    };
    return Promise.resolve(figures);
  }

  pools(): Promise<PoolView[]> {
    this.#note("pools");
    return Promise.resolve(this.config.pools.map((pool) => ({
      name: pool.name,
      protocol: pool.redis ? "redis" : "memcached",
      listen: "127.0.0.1:22121",
      distribution: "ketama",
      hash: "fnv1a_64",
      hashTag: pool.hashTag,
      epoch: 7,
      unservedSlots: null,
      readFrom: pool.readFrom,
      zone: pool.zone,
      overridden: false,
      servers: pool.servers.map((server) => ({
        id: server.name,
        address: "127.0.0.1:6379",
        weight: server.weight,
        state: "live",
        since: AT,
        share: 0.5,
        zone: null,
        replicas: [],
      })),
    })));
  }

  route(pool: string, key: Uint8Array): RouteView {
    this.#note("route", pool, Buffer.from(key).toString("latin1"));
    this.#find(pool, "pool");
    const hashed = Buffer.from(key).toString("latin1").replace(/^.*\{(.+)\}.*$/s, "$1");
    return { pool, server: "alpha", address: "127.0.0.1:6379", hashed, hash: 12345, point: 77, epoch: 7 };
  }

  addServer(pool: string, entry: string, confirm: number | null): Promise<Change> {
    this.#note("addServer", pool, entry, confirm);
    this.#find(pool, "pool");
    if (!/:\d+:\d+( |$)/.test(entry)) {
      throw new ChangeRefused("invalid", `${JSON.stringify(entry)} is not host:port:weight`, "entry");
    }
    return this.#moving(pool, `pool "${pool}": server ${entry} added`, confirm);
  }

  changeServer(pool: string, id: string, change: ServerChange, confirm: number | null): Promise<Change> {
    this.#note("changeServer", pool, id, change, confirm);
    this.#findServer(pool, id);
    return this.#moving(pool, `pool "${pool}": server ${id} changed`, confirm);
  }

  removeServer(pool: string, id: string, confirm: number | null): Promise<Change> {
    this.#note("removeServer", pool, id, confirm);
    this.#findServer(pool, id);
    return this.#moving(pool, `pool "${pool}": server ${id} removed`, confirm);
  }

  checkConfig(text: string): Promise<CheckResult> {
    this.#note("checkConfig", text);
    const { faults } = loadConfig(text, "conf/sennit.yml");
    return Promise.resolve({
      faults: faults.map((fault) => `${fault.file}:${fault.line}:${fault.column}: ${fault.message}`),
      warnings: [],
      changes: faults.length > 0 ? [] : ['pool "cache": timeout 400 ms -> 500 ms'],
      moved: {},
    });
  }

  reload(): Promise<Change> {
    this.#note("reload");
    return Promise.resolve(this.#change("configuration reloaded"));
  }

  drain(): Change {
    this.#note("drain");
    return this.#change("draining");
  }

  setLogLevel(level: number): Change {
    this.#note("setLogLevel", level);
    this.logLevel = level;
    return this.#change(`log level ${level}`);
  }

  slowLog(pool: string | null, most: number): Promise<SlowRequest[]> {
    this.#note("slowLog", pool, most);
    if (pool !== null) this.#find(pool, "pool");
    return Promise.resolve([{
      id: 12,
      at: Date.parse(AT),
      pool: "cache",
      server: "alpha",
      client: "127.0.0.1:50000",
      command: "get",
      key: "k\xe4se",
      failure: "",
      totalMs: 120.5,
      queueMs: 0.5,
      serverMs: 119,
      deliveryMs: 1,
    }]);
  }

  resetSlowLog(): Promise<Change> {
    this.#note("resetSlowLog");
    return Promise.resolve(this.#change("slow log emptied"));
  }

  commands(pool: string): Promise<PoolCommands> {
    this.#note("commands", pool);
    this.#find(pool, "pool");
    return Promise.resolve({
      pool,
      servers: [{ server: "alpha", commands: 372, fault: "" }],
      learned: [{ name: "json.get", arity: -2, flags: ["module", "readonly"], keys: "read 1", missing: [] }],
      refused: [{ name: "ft.search", reason: "FT.SEARCH names no keys" }],
      lacking: ["hexpire"],
    });
  }

  hotKeys(pool: string | null): Promise<HotKey[]> {
    this.#note("hotKeys", pool);
    if (pool !== null) this.#find(pool, "pool");
    const key = Buffer.from("käse").toString("latin1");
    return Promise.resolve([{
      pool: "cache",
      key,
      server: "alpha",
      requests: 9000,
      error: 100,
      perSecond: 75,
    }]);
  }

  clients(pool: string | null): Promise<ClientView[]> {
    this.#note("clients", pool);
    if (pool !== null) this.#find(pool, "pool");
    return Promise.resolve([{
      id: 31,
      pool: "cache",
      worker: 0,
      address: "127.0.0.1:50000",
      name: "",
      user: "default",
      ageSeconds: 12,
      idleSeconds: 1,
      pending: 0,
      heldBytes: 0,
      lastCommand: "get",
    }]);
  }

  killClient(id: number): Promise<Change> {
    this.#note("killClient", id);
    if (id !== 31) throw new ChangeRefused("missing", `there is no client ${id}`, "id");
    return Promise.resolve(this.#change(`client ${id} closed`));
  }

  subscribe(listener: (event: InstanceEvent) => void, after: string | null): () => void {
    this.#note("subscribe", after);
    if (after !== null) { for (const event of this.kept.filter(({ id }) => id > after)) listener(event); }
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** How many listen for events. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** Tells all listeners of an event. */
  emit(event: InstanceEvent): void {
    this.kept.push(event);
    for (const listener of this.#listeners) listener(event);
  }

  #note(...call: Call): void {
    this.calls.push(call);
    const { failure } = this;
    this.failure = null;
    if (failure !== null) throw failure;
  }

  #find(name: string, field: string) {
    const pool = this.config.pools.find((each) => each.name === name);
    if (pool === undefined) {
      throw new ChangeRefused("missing", `there is no pool ${JSON.stringify(name)}`, field);
    }
    return pool;
  }

  #findServer(pool: string, id: string): void {
    if (!this.#find(pool, "pool").servers.some((server) => server.name === id)) {
      throw new ChangeRefused(
        "missing",
        `pool ${JSON.stringify(pool)} has no server ${JSON.stringify(id)}`,
        "id",
      );
    }
  }

  #moving(name: string, what: string, confirm: number | null): Promise<Change> {
    const pool = this.#find(name, "pool");
    if (pool.redis && (confirm === null || confirm < SHARE)) {
      throw new ChangeRefused("conflict", `${SHARE} of the key space would move`, "confirm", SHARE);
    }
    return Promise.resolve({ ...this.#change(what), moved: { [name]: SHARE } });
  }

  #change(what: string): Change {
    return { id: ulid(++this.#changes), changes: [what], moved: {} };
  }
}

/** A time. */
export const AT = "2026-11-25T09:10:11.000Z";

/** The ulid that is the `n`th. */
export function ulid(n: number): string {
  return `01KAXR2J00000000000000${String(n).padStart(4, "0")}`;
}

/** An event that is the `n`th. */
export function event(
  n: number,
  facts: InstanceEvent["facts"] = { pool: "cache", server: "alpha" },
): InstanceEvent {
  return { id: ulid(n), at: AT, name: "server.ejected", facts };
}
