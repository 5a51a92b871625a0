/** A server as the rings see it. */
export interface RingServer {
  /** Its identity: what ketama hashes and what servers are ordered by. See `serverName`. */
  readonly name: string;
  /** Its share of the keys beside the other servers' weights, an integer from 1. */
  readonly weight: number;
}

/** A server that takes keys at the moment. */
export interface LiveServer extends RingServer {
  /** Its place among all servers of the pool, ejected ones counted. */
  readonly index: number;
}
