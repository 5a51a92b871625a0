/** What the nodes of a Redis Cluster say about each other. */

/** A primary and its replicas, with the slots they have. */
export interface Shard {
  /** First and last slot of each range. */
  readonly slots: readonly (readonly [first: number, last: number])[];
  readonly primary: ShardNode;
  readonly replicas: readonly ShardNode[];
}

/** A node as it is announced. */
export interface ShardNode {
  /** The node's name in the cluster, 40 hexadecimal digits. */
  readonly id: string;
  /** Where it says it is; empty: at the host that was asked. */
  readonly host: string;
  readonly port: number;
  /** Whether the node that was asked thinks it can serve. */
  readonly isOnline: boolean;
}
