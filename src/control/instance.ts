/**
 * The running proxy as its faces see it: what the admin endpoint and the command line may ask and change. The
 * supervisor is the one implementation; tests of the faces bring their own.
 *
 * Every change is all or nothing, carries a ulid that shows in the answer, the event and the log, and is refused by
 * throwing `ChangeRefused`.
 */
import type { Config } from "../config/mod.ts";
import type { ClientDescription, PoolCommands } from "../proxy/mod.ts";
import type { HotKey, InstanceFigures, SlowRequest } from "../stats/mod.ts";

export type { PoolCommands } from "../proxy/mod.ts";

/** Why something was not done; nothing has changed. */
export class ChangeRefused extends Error {
  /**
   * `kind` says whose fault it is, `field` which part of the question is wrong; empty when it is none. `share` is the
   * part of the key space that would move, where repeating the call with it as `confirm` would do.
   */
  constructor(
    readonly kind: "invalid" | "missing" | "conflict" | "failed",
    message: string,
    readonly field: string = "",
    readonly share: number | null = null,
  ) {
    super(message);
  }
}

/** A change that was made. */
export interface Change {
  /** A ulid; the same one stands in the log and in the event. */
  readonly id: string;
  /** What is different now, a sentence each. */
  readonly changes: readonly string[];
  /** By pool: the share of the key space that has another owner now, 0 to 1. */
  readonly moved: Readonly<Record<string, number>>;
}

/** What checking a configuration found. */
export interface CheckResult {
  /** As `sennit check` prints them, each with file:line:column. */
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
  /** What loading it would change; empty when there are faults. */
  readonly changes: readonly string[];
  /** As in `Change`. */
  readonly moved: Readonly<Record<string, number>>;
}

/** Why a server is or is not in the ring. */
export type ServerState = "live" | "failed" | "ejected" | "draining";

/** One replica of a server. */
export interface ReplicaView {
  /** What names it in the pool: its address. */
  readonly id: string;
  readonly address: string;
  /** Null when nobody says where it stands. */
  readonly zone: string | null;
  /** Its share of the reads beside the other replicas'. */
  readonly weight: number;
  /** `off`: the pool reads from primaries alone; `unfit`: some worker doesn't read from it now. */
  readonly state: "read" | "unfit" | "off";
  /** How far it was behind when it last told; null before it has. */
  readonly lagMs: number | null;
  readonly lagBytes: number | null;
}

/** One server of a pool. */
export interface ServerView {
  /** What names it in the pool: the name of its entry, or host:port. */
  readonly id: string;
  readonly address: string;
  readonly weight: number;
  /** `failed`: taken out by its failures; `ejected`, `draining`: by an operator. */
  readonly state: ServerState;
  /** When the state began; ISO 8601. */
  readonly since: string;
  /** Share of the key space it owns now, 0 to 1. */
  readonly share: number;
  /** Null when nobody says where it stands. */
  readonly zone: string | null;
  readonly replicas: readonly ReplicaView[];
}

/** One pool. */
export interface PoolView {
  readonly name: string;
  readonly protocol: "redis" | "memcached";
  readonly listen: string;
  readonly distribution: string;
  readonly hash: string;
  readonly hashTag: string | null;
  /** Counts the routers this pool has had. */
  readonly epoch: number;
  /** Of the 16,384 slots, those that nobody serves; null where there are no slots. */
  readonly unservedSlots: number | null;
  /** Which members of a group its reads prefer, and where the proxy stands. */
  readonly readFrom: "primary" | "replica" | "nearest";
  readonly zone: string | null;
  /** Whether its servers come from the store instead of the file. */
  readonly overridden: boolean;
  readonly servers: readonly ServerView[];
}

/** Where a key goes, and why. */
export interface RouteView {
  readonly pool: string;
  /** The key's owner; null when no server is in the ring. */
  readonly server: string | null;
  readonly address: string | null;
  /** The part of the key that is hashed, bytes as one character each; empty where nothing is. */
  readonly hashed: string;
  /** Null where nothing is hashed. */
  readonly hash: number | null;
  /** The ring's point, or the slot, that the hash fell to; null where there is neither. */
  readonly point: number | null;
  readonly epoch: number;
}

/** One client connection, and the slot of its worker. */
export interface ClientView extends ClientDescription {
  readonly worker: number;
}

/** One worker. */
export interface WorkerView {
  readonly slot: number;
  readonly pid: number;
  readonly state: "starting" | "running" | "draining" | "restarting";
  readonly restarts: number;
  readonly clients: number;
}

/** Whether the instance can serve, and what it did last. */
export interface Readiness {
  readonly state: "starting" | "running" | "draining";
  readonly workers: readonly WorkerView[];
  /** The last attempt to load the configuration; null before the first reload. */
  readonly lastReload: { id: string; at: string; ok: boolean; faults: readonly string[] } | null;
}

/** Something that happened. */
export interface InstanceEvent {
  /** A ulid: the change's, where a change made it happen. */
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  readonly name: string;
  readonly facts: Readonly<Record<string, string | number>>;
}

/** The server fields an operator may change. */
export interface ServerChange {
  readonly weight?: number;
  readonly state?: "live" | "ejected" | "draining";
}

/** A running proxy. Pools, servers and clients that don't exist are refused as `missing`. */
export interface Instance {
  readonly version: string;
  readonly pid: number;
  /** The configuration in force, servers as they are now. */
  readonly config: Config;
  readiness(): Promise<Readiness>;
  figures(): Promise<InstanceFigures>;

  pools(): Promise<PoolView[]>;
  route(pool: string, key: Uint8Array): RouteView;
  /** What a pool knows of its servers' commands: of its workers, the one that most servers have told. */
  commands(pool: string): Promise<PoolCommands>;
  /** `entry` is written as in the file: `host:port:weight [name]`. `confirm` is the share that may move, where asked for. */
  addServer(pool: string, entry: string, confirm: number | null): Promise<Change>;
  changeServer(pool: string, id: string, change: ServerChange, confirm: number | null): Promise<Change>;
  removeServer(pool: string, id: string, confirm: number | null): Promise<Change>;

  /** Checks `text` as if it were the configuration file. */
  checkConfig(text: string): Promise<CheckResult>;
  /** Reads the configuration file again. Refused as `invalid` with all faults in the message, one a line. */
  reload(): Promise<Change>;
  /** Stops accepting and ends once clients have what they asked for. */
  drain(): Change;

  readonly logLevel: number;
  setLogLevel(level: number): Change;
  /** Newest first. */
  slowLog(pool: string | null, most: number): Promise<SlowRequest[]>;
  resetSlowLog(): Promise<Change>;
  /** Most asked for first. */
  hotKeys(pool: string | null): Promise<HotKey[]>;
  clients(pool: string | null): Promise<ClientView[]>;
  killClient(id: number): Promise<Change>;

  /** Calls back for every event until the function it answers is called. `after`: first the kept ones behind that id. */
  subscribe(listener: (event: InstanceEvent) => void, after: string | null): () => void;
}
