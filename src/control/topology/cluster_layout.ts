/** How a Redis Cluster is laid out, as its nodes say: plain data, so that it can cross to another process. */
import { type AddressMapping, formatAddress, type ServerConfig, type TcpAddress } from "../../config/mod.ts";
import type { Shard, ShardNode } from "../../protocol/redis/cluster/shard.ts";
import { orderServers } from "../../routing/ring/order_servers.ts";
import { SLOTS } from "../../routing/cluster/slot.ts";
import type { SlotMap } from "../../routing/cluster/slot_map.ts";

/** A node; what it is called is where it says it is. */
export type ClusterNode = ServerConfig;

/** A primary and those that replicate it. */
export interface ClusterPrimary {
  /** Its name in the cluster. */
  readonly id: string;
  readonly server: ClusterNode;
  /** Grows whenever it takes over slots that were not the last to be taken over by anybody. */
  readonly configEpoch: number;
  readonly replicas: readonly ClusterNode[];
}

/** A layout. */
export interface ClusterLayout {
  /** In the order routers number them; those that have no slots yet are among them. */
  readonly primaries: readonly ClusterPrimary[];
  /** Servers are places in `primaries`. */
  readonly slots: SlotMap;
}

/** What is known of a cluster before anybody was asked. */
export const UNKNOWN_LAYOUT: ClusterLayout = { primaries: [], slots: [] };

/**
 * The layout that a node told, which was asked at `host`; nodes are reached where `mappings` say. `configEpochs` are by
 * the nodes' names in the cluster.
 */
export function layoutOf(
  shards: readonly Shard[],
  configEpochs: ReadonlyMap<string, number>,
  host: string,
  mappings: readonly AddressMapping[] | null,
): ClusterLayout {
  const nodeOf = (node: ShardNode) => nodeAt(node.host === "" ? host : node.host, node.port, mappings ?? []);
  const named = shards.map((shard) => ({ shard, ...nodeOf(shard.primary) }));
  const ordered = orderServers(named);
  const primaries = ordered.map(({ shard, ...server }) => ({
    id: shard.primary.id,
    server,
    configEpoch: configEpochs.get(shard.primary.id) ?? 0,
    replicas: shard.replicas.map(nodeOf),
  }));
  const ranges = ordered.flatMap(({ shard }, index) =>
    shard.slots.map(([first, last]) => [first, last, index])
  );
  return { primaries, slots: ranges.sort(([one], [other]) => one! - other!).flat() };
}

/** How many slots nobody serves. */
export function unservedSlots({ slots }: ClusterLayout): number {
  let owned = 0;
  for (let i = 0; i < slots.length; i += 3) owned += slots[i + 1]! - slots[i]! + 1;
  return SLOTS - owned;
}

/** The node that is announced at a host and port. */
export function nodeAt(host: string, port: number, mappings: readonly AddressMapping[]): ClusterNode {
  const announced: TcpAddress = { kind: "tcp", host, port };
  const name = formatAddress(announced);
  const whole = mappings.find(({ from }) => from === name);
  const onHost = mappings.find(({ from }) => from === host);
  const address = whole !== undefined
    ? addressIn(whole.to)
    : { ...announced, host: onHost === undefined ? host : onHost.to };
  return { name, address, weight: 1 };
}

/** Of a text that is known to be one. */
export function addressIn(text: string): TcpAddress {
  const colon = text.lastIndexOf(":");
  return {
    kind: "tcp",
    host: text.slice(0, colon).replace(/^\[|\]$/g, ""),
    port: Number(text.slice(colon + 1)),
  };
}
