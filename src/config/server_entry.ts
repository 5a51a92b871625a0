/**
 * One entry of `servers`: `host:port:weight` or `/path:weight`, each with an optional name behind a space.
 *
 * Source: read from the right, as nutcracker does, because a bare IPv6 host holds colons of its own.
 */
import { serverName } from "../routing/ring/server_name.ts";
import { type Address, formatAddress, parseTcp, parseUnix } from "./address.ts";
import { quote } from "./fault.ts";
import { fromText, InvalidValue, listOf, type PlainType } from "./value.ts";
import { MAX_INT, parseInteger } from "./value_types.ts";

/** A server of a pool. */
export interface ServerConfig {
  /** What the server is called in the ring and in the statistics: the name it is given, else what `serverName` says. */
  name: string;
  address: Address;
  /** Share of the keys beside the other servers' weights, from 1. */
  weight: number;
}

/** The largest weight. */
export const MAX_WEIGHT = MAX_INT;

/** Reads one entry of `servers`. */
export const SERVER_ENTRY = fromText(parseServer, {
  type: "string",
  examples: ["127.0.0.1:6379:1", "127.0.0.1:6379:1 alpha", "/run/redis.sock:1 beta"],
});

/** The type of `servers`: a list with at least one entry; empty when left out. */
export function serverList(): PlainType<ServerConfig[]> {
  return {
    schema: listOf(SERVER_ENTRY, "servers"),
    label: "list of host:port:weight [name]",
    show: (servers) => servers.map(formatServer).join(", "),
    written: (servers) => servers.length === 0 ? null : servers.map(formatServer),
  };
}

/** The entry as a user would write it, with its name. */
export function formatServer(server: ServerConfig): string {
  return `${formatAddress(server.address)}:${server.weight} ${server.name}`;
}

/**
 * Reads one entry.
 *
 * Errors: InvalidValue that names the part at fault.
 */
export function parseServer(text: string): ServerConfig {
  const space = text.lastIndexOf(" ");
  const target = space < 0 ? text : text.slice(0, space);
  const explicit = space < 0 ? null : text.slice(space + 1);
  if (explicit === "") throw new InvalidValue(`${quote(text)} ends with a space where a name should be`);
  if (explicit !== null && /[\s\p{Cc}]/u.test(explicit)) {
    throw new InvalidValue(`the name in ${quote(text)} holds what can't be seen`);
  }
  return target.startsWith("/") ? parseUnixServer(target, explicit) : parseTcpServer(target, explicit);
}

function parseUnixServer(target: string, explicit: string | null): ServerConfig {
  const [path, weight, ...more] = target.split(":");
  if (weight === undefined) throw new InvalidValue(`${quote(target)} has no weight; write /path:weight`);
  if (more.length > 0) throw new InvalidValue(`the socket path in ${quote(target)} holds a colon`);
  return {
    name: serverName(path!, null, explicit),
    address: parseUnix(path!, 0),
    weight: parseWeight(weight),
  };
}

function parseTcpServer(target: string, explicit: string | null): ServerConfig {
  const [, host, port, weight] = /^(.*):([^:]*):([^:]*)$/s.exec(target) ?? [];
  if (host === undefined || port === undefined || weight === undefined) {
    throw new InvalidValue(`${quote(target)} is not host:port:weight`);
  }
  const address = parseTcp(host, port);
  // The port goes into the name as it is written: these bytes are hashed.
  return { name: serverName(address.host, port, explicit), address, weight: parseWeight(weight) };
}

function parseWeight(text: string): number {
  return parseInteger(text, 1, MAX_WEIGHT, "weight");
}
