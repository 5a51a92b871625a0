/**
 * What INFO knows only from the servers: how many keys there are, and, when it is asked for `servers`, what each of
 * them says of itself. They are asked when these are named or everything is: a client that looks at INFO when it
 * connects must not wait for a server that stands still.
 */
import { askServers } from "../../ask_servers.ts";
import type { Pool } from "../../pool.ts";
import { encodeCommand } from "../greeting.ts";

const INFO = encodeCommand(["INFO"]);
const ASKS_SERVERS: ReadonlySet<string> = new Set(["servers", "keyspace", "all", "everything"]);

/** One server's INFO. */
interface ServerInfo {
  readonly name: string;
  /** Why there is none; empty when there is. */
  readonly error: string;
  /** Lines, without those of sections' names. */
  readonly lines: readonly string[];
}

/** What the servers add to INFO. */
export interface ServersInfo {
  /** The fields of the section `keyspace`. */
  readonly keyspace: Readonly<Record<string, string>>;
  /** Sections of all servers; empty unless they are asked for by `servers`. */
  readonly sections: readonly string[];
}

/** What sections of these names, in lower case, have to know from the servers. */
export async function askForInfo(pool: Pool, asked: readonly string[]): Promise<ServersInfo> {
  if (!asked.some((name) => ASKS_SERVERS.has(name))) return { keyspace: {}, sections: [] };
  const answers = await askServers(pool, INFO);
  const infos = answers.map(({ backend, reply }) => readInfo(backend.server.name, reply));
  return {
    keyspace: keyspaceOf(infos, pool.config.redisDb),
    sections: asked.includes("servers") ? infos.map(sectionOf) : [],
  };
}

function readInfo(name: string, reply: string | null): ServerInfo {
  if (reply === null) return { name, error: "no answer yet", lines: [] };
  if (!reply.startsWith("$")) return { name, error: reply.slice(1).trimEnd(), lines: [] };
  const lines = reply.split("\r\n").slice(1).filter((line) => line !== "" && !line.startsWith("#"));
  return { name, error: "", lines };
}

function sectionOf({ name, error, lines }: ServerInfo): string {
  const state = error === "" ? ["state:up"] : ["state:down", `error:${error}`];
  return [`# Server ${name}`, ...state, ...lines, ""].join("\r\n");
}

/** Of all servers together, or which of them are missing: part of the keys is not how many there are. */
function keyspaceOf(infos: readonly ServerInfo[], database: number): Record<string, string> {
  const missing = infos.filter(({ error }) => error !== "").map(({ name }) => name);
  if (missing.length > 0) return { missing_servers: missing.join(",") };
  const sums = { keys: 0, expires: 0, ttl: 0 };
  for (const { lines } of infos) {
    const line = lines.find((each) => each.startsWith(`db${database}:`)) ?? "";
    const of = (field: string) => Number(new RegExp(`[:,]${field}=(\\d+)`).exec(line)?.[1] ?? 0);
    sums.keys += of("keys");
    sums.expires += of("expires");
    sums.ttl += of("avg_ttl") * of("expires");
  }
  if (sums.keys === 0) return {};
  const averageTtl = sums.expires === 0 ? 0 : Math.round(sums.ttl / sums.expires);
  return { db0: `keys=${sums.keys},expires=${sums.expires},avg_ttl=${averageTtl}` };
}
