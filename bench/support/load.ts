/** What a target is asked for over and over, whichever program asks, and what comes of it. */

/** What servers and clients speak. */
export type ProtocolName = "redis" | "memcached";

/** What is asked for over and over. */
export interface Load {
  readonly protocol: ProtocolName;
  readonly command: "get" | "set" | "mget";
  /** Keys in one MGET, or in one `get` of several. */
  readonly keysPerRequest: number;
  readonly valueBytes: number;
  readonly pipeline: number;
  readonly connections: number;
}

/** What clients saw. Units: requests per second, milliseconds. */
export interface ClientView {
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}

/** As many different keys as make 32 MB, in reasonable limits. They are `key:000000000000` and following. */
export function keyCount({ valueBytes }: Load): number {
  return Math.min(10_000, Math.max(100, Math.floor(32e6 / valueBytes)));
}

/** The name of a load's key, as redis-benchmark writes it. All are of one length. */
export function keyName(index: number): string {
  return `key:${String(index).padStart(12, "0")}`;
}
