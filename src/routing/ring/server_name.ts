/**
 * The port whose servers are known by their host alone, so that rings stay those of libmemcached's clients.
 */
const NAMELESS_PORT = 11211;

/**
 * What a server is called in its ring and in the statistics.
 *
 * Shape: the explicit name; else `host:port`; else `host` when the port is 11211; else, of a unix socket,
 * whose `port` is null, its path with a colon behind it. The port may be a text, and then stands in the name
 * as it was written, leading zeros and all.
 * Source: nutcracker 0.5.0.
 */
export function serverName(host: string, port: number | string | null, explicitName: string | null): string {
  if (explicitName !== null) return explicitName;
  if (port === null) return `${host}:`;
  return Number(port) === NAMELESS_PORT ? host : `${host}:${port}`;
}
