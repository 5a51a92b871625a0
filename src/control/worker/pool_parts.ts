/** Puts a pool together: its routers and its data plane, from what the configuration says. */
import type { PoolConfig, ServerConfig } from "../../config/mod.ts";
import { COMMANDS as MEMCACHED_COMMANDS } from "../../protocol/memcached/command_table.ts";
import { COMMAND_IDS } from "../../protocol/redis/learned/learned_ids.ts";
import {
  type GroupSettings,
  memcachedFor,
  Pool,
  type PoolOptions,
  type PoolSettings,
  RedisProtocol,
} from "../../proxy/mod.ts";
import { ClusterRouter } from "../../routing/cluster/cluster_router.ts";
import { orderServers } from "../../routing/ring/order_servers.ts";
import { createRing } from "../../routing/ring/ring.ts";
import type { Router } from "../../routing/router.ts";
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
  const router = makeRouter(config, verdict);
  if (verdict.cluster !== null) {
    return { config, servers: verdict.cluster.servers, numbers, router, serverTls, groups: [] };
  }
  const servers = serversOf(config);
  return { config, servers, numbers, router, serverTls, groups: groupsOf(config, servers) };
}

/** What stands behind each of a pool's servers, as its configuration has it. */
export function groupsOf({ replicas, zones }: PoolConfig, servers: readonly ServerConfig[]): GroupSettings[] {
  return servers.map(({ name }) => ({
    zone: zones?.find(({ server }) => server === name)?.zone ?? null,
    replicas: replicas?.find(({ server }) => server === name)?.replicas ?? [],
  }));
}

/** The data plane of a pool. */
export function makePool(parts: Omit<PoolOptions, "protocol" | "commands">): Pool {
  const { redis } = parts.config;
  return new Pool({
    ...parts,
    protocol: (pool) => redis ? new RedisProtocol(pool) : memcachedFor(pool),
    commands: redis ? COMMAND_IDS : MEMCACHED_COMMANDS.length,
  });
}
