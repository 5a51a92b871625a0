/** What a supervisor tells its workers to be: plain data, so that it can cross to another process. */
import type { Config, ServerConfig } from "../../config/mod.ts";
import type { SlotMap } from "../../routing/cluster/slot_map.ts";
import type { ConnectTls, ListenTls } from "../../transport/tls.ts";

/** The whole of it. */
export interface Plan {
  /** With the servers as they are now, which may not be the file's. */
  readonly config: Config;
  /** By name, one for each pool of `config`. */
  readonly pools: Readonly<Record<string, PoolPlan>>;
  /** How many workers share the instance's limits. */
  readonly workers: number;
}

/** What a worker needs to know of a pool beside its configuration. */
export interface PoolPlan {
  readonly verdict: Verdict;
  /** Its row in the table of clients. */
  readonly seat: number;
  /** Of its servers, in the order of its routers; 0 for one without a number. See `server_numbers.ts`. */
  readonly numbers: readonly number[];
  /** Null: its clients connect without TLS. */
  readonly tls: ListenTls | null;
  /** Null: its servers are connected to without TLS. */
  readonly serverTls: ConnectTls | null;
}

/** Which servers of a pool are in the ring, or which a cluster has. */
export interface Verdict {
  readonly pool: string;
  /** By the place of a server in the order of the pool's routers. */
  readonly live: readonly boolean[];
  /** Grows with each verdict about the pool. */
  readonly epoch: number;
  /** Null where the configuration says which servers there are. */
  readonly cluster: ClusterVerdict | null;
}

/** What a cluster says of itself. */
export interface ClusterVerdict {
  /** Its primaries, in the order of the pool's routers. */
  readonly servers: readonly ServerConfig[];
  /** As in `PoolPlan`. */
  readonly numbers: readonly number[];
  readonly slots: SlotMap;
  /** By server; see `ClusterPrimary`. */
  readonly configEpochs: readonly number[];
}

/** A listening socket for a pool; the descriptor is the receiver's from then on, null where it has to open its own. */
export interface SocketOffer {
  readonly pool: string;
  readonly descriptor: number | null;
}
