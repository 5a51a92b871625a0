/** Puts a pool together: its routers and its data plane, from what the configuration says. */
import type { PoolConfig, ServerConfig } from "../config/mod.ts";
import { COMMANDS as MEMCACHED_COMMANDS } from "../protocol/memcached/command_table.ts";
import { ALL_COMMANDS as REDIS_COMMANDS } from "../protocol/redis/command_table.ts";
import { MemcachedProtocol, Pool, type PoolOptions, type PoolSettings, RedisProtocol } from "../proxy/mod.ts";
import { ClusterRouter } from "../routing/cluster/cluster_router.ts";
import { orderServers } from "../routing/ring/order_servers.ts";
import { createRing } from "../routing/ring/ring.ts";
import type { Router } from "../routing/router.ts";
import type { PoolPlan, Verdict } from "./plan.ts";

/** The servers that a pool's configuration names, in the order in which its routers number them. */
export function serversOf(config: PoolConfig): ServerConfig[] {
  return orderServers(config.servers);
}

/** The router over the servers that are live, or over a cluster's slots. */
export function makeRouter(config: PoolConfig, { live, epoch, cluster }: Omit<Verdict, "pool">): Router {
  if (cluster !== null) return new ClusterRouter(cluster.slots, epoch, cluster.configEpochs);
  return createRing({
    distribution: config.distribution,
    hash: config.hash,
    hashTag: config.hashTag,
    servers: serversOf(config),
    live,
    epoch,
    random: (n) => Math.floor(Math.random() * n),
  });
}

/** What a plan says of a pool, as its data plane takes it. */
export function settingsOf(config: PoolConfig, { verdict, numbers, serverTls }: PoolPlan): PoolSettings {
  const { servers } = verdict.cluster ?? { servers: serversOf(config) };
  return { config, servers, numbers, router: makeRouter(config, verdict), serverTls };
}

/** The data plane of a pool. */
export function makePool(parts: Omit<PoolOptions, "protocol" | "commands">): Pool {
  const { redis } = parts.config;
  return new Pool({
    ...parts,
    protocol: (pool) => redis ? new RedisProtocol(pool) : new MemcachedProtocol(pool),
    commands: (redis ? REDIS_COMMANDS : MEMCACHED_COMMANDS).length,
  });
}
