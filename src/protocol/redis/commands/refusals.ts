/**
 * Why some commands are refused. A client reads the text after `-ERR `: one sentence that begins with the command
 * and says what stands in the way.
 */

/** A reason, with the words for it. */
export interface Refusal {
  /** What follows the command's name. */
  readonly text: string;
  /** The text is the whole of it, word for word what a server says. */
  readonly isServers?: boolean;
  /** The command would change the state of the server connection it runs on. */
  readonly stateful: boolean;
}

/** Commands that turn a connection into something else. */
export const ownConnection: Refusal = {
  text: "needs a connection of its own, which this pool does not offer yet",
  stateful: true,
};

/** Commands that wait for somebody else. */
export const blocking: Refusal = {
  text: "waits for data and needs a connection of its own for that, which this pool does not offer yet",
  stateful: false,
};

/** Commands that set how a server treats a connection. */
export const sharedConnection: Refusal = {
  text: "changes the server connection it runs on, and clients of this pool share those",
  stateful: true,
};

/** What a server's operator does. */
export const administration: Refusal = {
  text: "administers one server; connect to that server to use it",
  stateful: false,
};

/** ACL SETUSER and the like. */
export const configuredUsers: Refusal = {
  text: "changes users, and those of this pool are in the proxy's configuration, as `users`",
  stateful: false,
};

/** What a replica says to its primary. */
export const replicationLink: Refusal = {
  text: "is spoken between a server and its replica, not by clients of a pool",
  stateful: true,
};

/** CLUSTER and ASKING: a server that is in no cluster says no more. */
export const noCluster: Refusal = {
  text: "This instance has cluster support disabled",
  isServers: true,
  stateful: true,
};

/** What only makes sense to a Redis Cluster client. */
export const clusterOnly: Refusal = {
  text: "is for clients of a Redis Cluster, and this pool looks like a single server",
  stateful: true,
};

/** Numbered databases. */
export const otherDatabase: Refusal = {
  text: "works on two databases, and this pool keeps them apart",
  stateful: false,
};

/** MIGRATE. */
export const pastTheRouter: Refusal = {
  text: "moves keys to a server of its choice, where this pool would not find them",
  stateful: false,
};
