/** What a client can listen to. The three kinds have the same life; this says how each is called. */

/** One kind of subscription. */
export interface Kind {
  /** Its place in tables by kind. */
  readonly index: number;
  /** The commands, as confirmations name them. */
  readonly subscribe: string;
  readonly unsubscribe: string;
  /** Sharded channels live on one server each, and confirmations count them apart. */
  readonly isSharded: boolean;
}

/** SUBSCRIBE. */
export const CHANNEL: Kind = {
  index: 0,
  subscribe: "subscribe",
  unsubscribe: "unsubscribe",
  isSharded: false,
};

/** PSUBSCRIBE. */
export const PATTERN: Kind = {
  index: 1,
  subscribe: "psubscribe",
  unsubscribe: "punsubscribe",
  isSharded: false,
};

/** SSUBSCRIBE. */
export const SHARD_CHANNEL: Kind = {
  index: 2,
  subscribe: "ssubscribe",
  unsubscribe: "sunsubscribe",
  isSharded: true,
};

/** All of them, by their indexes. */
export const KINDS: readonly Kind[] = [CHANNEL, PATTERN, SHARD_CHANNEL];
