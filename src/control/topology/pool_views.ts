/** Pools as operators see them, and where keys go. */
import { formatAddress, type ReadFrom, type ReplicaConfig } from "../../config/mod.ts";
import type { Figures, PoolFigures } from "../../stats/mod.ts";
import { unservedSlots } from "./cluster_layout.ts";
import type { PoolView, ReplicaView, RouteView } from "../instance.ts";
import { keySpaceShares } from "./key_space.ts";
import { groupsOf, makeRouter } from "../worker/pool_parts.ts";
import { keySpaceOf, type PoolRecord, type Topology } from "./topology.ts";

/**
 * One pool; `overridden` says whether its servers are an operator's instead of the file's, `figures` is what workers
 * have counted about it.
 */
export function viewPool(record: PoolRecord, overridden: boolean, figures: PoolFigures): PoolView {
  const { config, epoch, servers, layout } = record;
  const isCluster = layout !== null;
  const groups = groupsOf(config, servers.map(({ server }) => server));
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
    readFrom: config.readFrom,
    zone: config.zone,
    overridden,
    servers: servers.map(({ server, state, sinceMs }, i) => ({
      id: server.name,
      address: formatAddress(server.address),
      weight: server.weight,
      state,
      since: new Date(sinceMs).toISOString(),
      share: shares[i]!,
      zone: groups[i]!.zone,
      // A cluster's are known and not read from.
      replicas:
        layout?.primaries[i]?.replicas.map((node) => viewReplica({ ...node, zone: null }, "primary", {})) ??
          groups[i]!.replicas.map((replica) =>
            viewReplica(replica, config.readFrom, figures.servers[replica.name]?.figures ?? {})
          ),
    })),
  };
}

function viewReplica(
  { name, address, zone, weight }: ReplicaConfig,
  readFrom: ReadFrom,
  { replica_fit, replica_lag_ms, replica_lag_bytes }: Figures,
): ReplicaView {
  return {
    id: name,
    address: formatAddress(address),
    zone,
    weight,
    state: readFrom === "primary" ? "off" : replica_fit === 1 ? "read" : "unfit",
    lagMs: replica_lag_ms ?? null,
    lagBytes: replica_lag_bytes ?? null,
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
