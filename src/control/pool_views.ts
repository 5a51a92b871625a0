/** Pools as operators see them, and where keys go. */
import { formatAddress } from "../config/mod.ts";
import { unservedSlots } from "./cluster_layout.ts";
import { type PoolView, type RouteView } from "./instance.ts";
import { keySpaceShares } from "./key_space.ts";
import { makeRouter } from "./pool_parts.ts";
import { keySpaceOf, type PoolRecord, type Topology } from "./topology.ts";

/** One pool; `overridden` says whether its servers are an operator's instead of the file's. */
export function viewPool(record: PoolRecord, overridden: boolean): PoolView {
  const { config, epoch, servers, layout } = record;
  const isCluster = layout !== null;
  const shares = keySpaceShares(keySpaceOf(record));
  return {
    name: config.name,
    protocol: config.redis ? "redis" : "memcached",
    listen: formatAddress(config.listen),
    distribution: isCluster ? "cluster" : config.distribution,
    hash: isCluster ? "crc16" : config.hash,
    hashTag: isCluster ? "{}" : config.hashTag,
    epoch,
    unservedSlots: isCluster ? unservedSlots(layout) : null,
    overridden,
    servers: servers.map(({ server, state, sinceMs }, i) => ({
      id: server.name,
      address: formatAddress(server.address),
      weight: server.weight,
      state,
      since: new Date(sinceMs).toISOString(),
      share: shares[i]!,
      replicas: layout?.primaries[i]?.replicas.map(({ address }) => formatAddress(address)) ?? [],
    })),
  };
}

/** Where a key of a pool goes, and why. */
export function explainRoute(
  topology: Topology,
  { config, epoch, servers }: PoolRecord,
  key: Uint8Array,
): RouteView {
  const router = makeRouter(config, topology.verdict(config.name));
  const index = router.route(key, 0, key.length);
  const { start, end, hash, point } = router.explain(key, 0, key.length);
  const server = servers[index]?.server;
  return {
    pool: config.name,
    server: server?.name ?? null,
    address: server === undefined ? null : formatAddress(server.address),
    hashed: Buffer.from(key.subarray(start, end)).toString("latin1"),
    hash,
    point,
    epoch,
  };
}
