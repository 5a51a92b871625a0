/** What a pool is made of. */
import type { PoolConfig, ServerConfig } from "../config/mod.ts";
import type { Router } from "../routing/router.ts";
import type { ConnectTls } from "../transport/tls.ts";
import type { BackendWatcher } from "./backend.ts";
import type { Pool } from "./pool.ts";
import type { Protocol } from "./protocol.ts";
import type { GroupSettings } from "./replicas/replicas.ts";
import type { Shared } from "./shared.ts";

/** What may change in a pool's life. */
export interface PoolSettings {
  readonly config: PoolConfig;
  /** The pool's servers in the order routers number them. */
  readonly servers: readonly ServerConfig[];
  /** What cursors call them, 1 to 1023, in the same order; 0: they have no name for it. */
  readonly numbers: readonly number[];
  readonly router: Router;
  /** Null: servers are connected to without TLS. */
  readonly serverTls: ConnectTls | null;
  /** What stands behind each server, in the same order. */
  readonly groups: readonly GroupSettings[];
}

/** All of it. */
export interface PoolOptions extends PoolSettings {
  readonly shared: Shared;
  /** The pool's row in the table of clients. */
  readonly seat: number;
  /** Makes the protocol for this pool, for each configuration anew. */
  readonly protocol: (pool: Pool) => Protocol;
  /** Number of commands of the protocol, for per-command figures. */
  readonly commands: number;
  readonly watcher: BackendWatcher;
}
