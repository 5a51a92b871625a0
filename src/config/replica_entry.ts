/**
 * The values of `replicas` and `zones`: maps that say more about servers, by the servers' names.
 *
 * A replica is written as `host:port` or `/path`, and behind it, in any order, `zone=NAME` and `weight=N`.
 */
import * as z from "zod";
import { formatAddress, parseTcp, parseUnix } from "./address.ts";
import { quote } from "./fault.ts";
import { MAX_WEIGHT, type ServerConfig } from "./server_entry.ts";
import { fromText, InvalidValue, kindOf, listOf, namedTexts, type PlainType } from "./value.ts";
import { optional, parseInteger } from "./value_types.ts";

/** A replica of a server. It is called what its address is; its weight counts beside the other replicas'. */
export interface ReplicaConfig extends ServerConfig {
  /** Where it stands; null when nobody says. */
  zone: string | null;
}

/** The replicas of one server. */
export interface ReplicaListConfig {
  /** The server's name. */
  server: string;
  replicas: ReplicaConfig[];
}

/** Where one server stands. */
export interface ZoneConfig {
  /** The server's name. */
  server: string;
  zone: string;
}

/** Reads one replica. */
export const REPLICA_ENTRY = fromText(parseReplica, {
  type: "string",
  examples: ["10.0.0.2:6379", "10.0.0.2:6379 zone=b", "10.0.0.2:6379 zone=b weight=2"],
});

/** The type of `replicas`: lists of replicas by the name of their server; null when left out. */
export function replicaMap(): PlainType<ReplicaListConfig[] | null> {
  const schema = z.map(z.string(), listOf(REPLICA_ENTRY, "replicas"), {
    error: (issue) => `expected a map of servers, found ${kindOf(issue.input)}`,
  })
    .refine((lists) => lists.size > 0, { error: "the map of servers is empty" })
    .transform((lists) => Array.from(lists, ([server, replicas]) => ({ server, replicas })))
    .meta({ type: "object", minProperties: 1, additionalProperties: REPLICAS_JSON });
  const type = optional<ReplicaListConfig[]>({
    schema,
    label: "map of name: replicas",
    show: (lists) =>
      lists.map(({ server, replicas }) => `${server}: ${replicas.map(formatReplica).join(", ")}`).join("; "),
  });
  const listed = ({ server, replicas }: ReplicaListConfig) => [server, replicas.map(formatReplica)];
  return { ...type, written: (lists) => lists === null ? null : Object.fromEntries(lists.map(listed)) };
}

const REPLICAS_JSON = { type: "array", minItems: 1, items: { type: "string" } };

/** The type of `zones`: zones by the name of their server; null when left out. */
export function zoneMap(): PlainType<ZoneConfig[] | null> {
  const type = optional<ZoneConfig[]>({
    schema: namedTexts("zones", (server, text) => ({ server, zone: parseZone(text) }), { type: "string" }),
    label: "map of name: zone",
    show: (zones) => zones.map(({ server, zone }) => `${server}: ${zone}`).join(", "),
  });
  const named = ({ server, zone }: ZoneConfig) => [server, zone];
  return { ...type, written: (zones) => zones === null ? null : Object.fromEntries(zones.map(named)) };
}

/** The type of `zone`: a name without spaces; null when left out. */
export function zoneName(): PlainType<string | null> {
  return optional({ schema: fromText(parseZone, { type: "string" }), label: "text", show: String });
}

/** The replica as a user would write it. */
export function formatReplica({ name, zone, weight }: ReplicaConfig): string {
  return [name, ...(zone === null ? [] : [`zone=${zone}`]), ...(weight === 1 ? [] : [`weight=${weight}`])]
    .join(" ");
}

/**
 * Reads one entry of `replicas`.
 *
 * Errors: InvalidValue that names the part at fault.
 */
export function parseReplica(text: string): ReplicaConfig {
  const [target = "", ...words] = text.split(" ").filter((word) => word !== "");
  const address = target.startsWith("/") ? parseUnix(target, 0) : parseTarget(target);
  const replica: ReplicaConfig = { name: formatAddress(address), address, weight: 1, zone: null };
  for (const word of words) {
    const [, key, value] = /^(zone|weight)=(.+)$/.exec(word) ?? [];
    if (value === undefined) throw new InvalidValue(`${quote(word)} is neither zone=NAME nor weight=N`);
    if (key === "zone") replica.zone = parseZone(value);
    else replica.weight = parseInteger(value, 1, MAX_WEIGHT, "weight");
  }
  return replica;
}

function parseTarget(target: string) {
  const [, host, port] = /^(\[[^\]]*\]|[^:]*):([^:]*)$/.exec(target) ?? [];
  if (host === undefined || port === undefined) {
    const hint = /^[^:]*:\d+:\d+$/.test(target) ? "; a weight is written as weight=N" : "";
    throw new InvalidValue(`${quote(target)} is not host:port${hint}`);
  }
  return parseTcp(host, port);
}

function parseZone(text: string): string {
  if (/^[^\s\p{Cc}]+$/u.test(text)) return text;
  throw new InvalidValue(`the name of a zone has no spaces in it, unlike ${quote(text)}`);
}
