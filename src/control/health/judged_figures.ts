/** What the supervisor knows of pools and servers that no worker does: who is in the ring, and who was taken out. */
import type { PoolConfig, ReplicaConfig } from "../../config/mod.ts";
import type { PoolsFigures } from "../../stats/mod.ts";
import type { Health } from "./health.ts";
import { groupsOf } from "../worker/pool_parts.ts";
import type { ServerRecord, Topology } from "../topology/topology.ts";

/** Figures of all pools and servers there are, in the order of their routers. */
export function judgedFigures(topology: Topology, { ejections, lastEjections }: Health): PoolsFigures {
  const pools = [...topology.pools].map(([name, { config, servers }]) => [name, {
    protocol: config.redis ? "redis" : "memcached",
    figures: { server_ejects: ejections[name] ?? 0 },
    servers: Object.fromEntries([
      ...servers.map(({ server, state }) => {
        const ejectedAtMs = lastEjections.get(JSON.stringify([name, server.name])) ?? 0;
        const figures = { server_ejected_at: ejectedAtMs * 1000, server_live: state === "live" ? 1 : 0 };
        return [server.name, { figures, latency: {} }];
      }),
      // Replicas are no part of the ring: there is nothing to judge.
      ...readReplicas(config, servers).map(({ name }) => [name, { figures: {}, latency: {} }]),
    ]),
  }]);
  return Object.fromEntries(pools);
}

function readReplicas(config: PoolConfig, servers: readonly ServerRecord[]): ReplicaConfig[] {
  if (config.readFrom === "primary") return [];
  return groupsOf(config, servers.map(({ server }) => server)).flatMap(({ replicas }) => replicas);
}
