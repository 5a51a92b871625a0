/**
 * What operators changed about the servers of pools while the proxy ran: for each pool they touched, its servers as
 * they are now and what is to become of each. It goes before the configuration file, for as long as the file's own
 * servers of that pool are those it was based on.
 *
 * Pure: a change makes another value, or is refused with the field that is wrong.
 */
import {
  type Config,
  formatAddress,
  formatServer,
  InvalidValue,
  MAX_WEIGHT,
  parseServer,
  type PoolConfig,
  type ServerConfig,
} from "../../config/mod.ts";
import { ChangeRefused, type ServerChange } from "../instance.ts";
import type { OperatorState, OperatorStates } from "../topology/topology.ts";

/** The servers of a pool, and what operators said about some of them. */
export interface Members {
  /** At least one; no two of one name. */
  readonly servers: readonly ServerConfig[];
  /** By the server's name; one that is not named takes keys. */
  readonly states: Readonly<Record<string, OperatorState>>;
}

/** What operators changed about one pool. */
export interface PoolOverride extends Members {
  /** Fingerprint of the servers that the file had. */
  readonly base: string;
}

/** What operators changed, by pool. */
export type Membership = Readonly<Record<string, PoolOverride>>;

/** The servers of a pool as they are to be. */
export interface EffectiveServers extends Members {
  /** Whether an override says so, and not the file. */
  readonly overridden: boolean;
  /** Whether there was an override that no longer fits the file. */
  readonly dropped: boolean;
}

/** A configuration with the overrides in it. */
export interface EffectiveConfig {
  readonly config: Config;
  readonly operators: OperatorStates;
  /** What still fits the file; the store should hold no more than that. */
  readonly membership: Membership;
  /** Pools whose overrides no longer fit; to be told loudly. */
  readonly dropped: readonly string[];
}

/** What the servers of a file are known by: the same for the same servers, in whatever order they stand. */
export function fingerprint(servers: readonly ServerConfig[]): string {
  const text = servers.map(formatServer).toSorted().join("\n");
  return new Bun.CryptoHasher("sha256").update(text).digest("hex").slice(0, 32);
}

/** The override's servers, or the file's when there is none or it was made for other servers. */
export function effectiveServers(pool: PoolConfig, override: PoolOverride | undefined): EffectiveServers {
  if (override !== undefined && override.base === fingerprint(pool.servers)) {
    return { servers: override.servers, states: override.states, overridden: true, dropped: false };
  }
  return { servers: pool.servers, states: {}, overridden: false, dropped: override !== undefined };
}

/** The file's configuration with every override that fits it. */
export function effectiveConfig(file: Config, membership: Membership): EffectiveConfig {
  const effective = file.pools.map((pool) => ({
    pool,
    ...effectiveServers(pool, overrideFor(membership, pool)),
  }));
  const fitting = effective.filter(({ overridden }) => overridden).map(({ pool }) => pool.name);
  return {
    config: { ...file, pools: effective.map(({ pool, servers }) => ({ ...pool, servers: [...servers] })) },
    operators: Object.fromEntries(effective.map(({ pool, states }) => [pool.name, states])),
    membership: Object.fromEntries(fitting.map((name) => [name, membership[name]!])),
    dropped: Object.keys(membership).filter((name) => !fitting.includes(name)),
  };
}

/** The membership after a pool of the file has got these members; without an override when they are the file's own. */
export function withMembers(membership: Membership, pool: PoolConfig, members: Members): Membership {
  const base = fingerprint(pool.servers);
  const isFiles = fingerprint(members.servers) === base && Object.keys(members.states).length === 0;
  const others = Object.entries(membership).filter(([name]) => name !== pool.name);
  const own: [string, PoolOverride][] = isFiles
    ? []
    : [[pool.name, { base, servers: members.servers, states: members.states }]];
  return Object.fromEntries([...others, ...own]);
}

/** Adds a server, written as in the file. Errors: ChangeRefused when it can't be read, or its name or address is taken. */
export function addServer(members: Members, entry: string): Members {
  const server = readEntry(entry);
  for (const other of members.servers) {
    const [address, otherAddress] = [formatAddress(server.address), formatAddress(other.address)];
    if (other.name === server.name) {
      throw new ChangeRefused("conflict", `a server is already named ${quote(server.name)}`, "entry");
    }
    if (otherAddress === address) {
      throw new ChangeRefused("conflict", `server ${quote(other.name)} is already at ${address}`, "entry");
    }
  }
  return { ...members, servers: [...members.servers, server] };
}

/** Removes a server. Errors: ChangeRefused when there is none of that name, or no other that takes keys. */
export function removeServer(members: Members, id: string): Members {
  const server = find(members, id);
  if (members.servers.length === 1) {
    throw new ChangeRefused("conflict", `server ${quote(id)} is the last one of its pool`, "id");
  }
  const rest = {
    servers: members.servers.filter((each) => each !== server),
    states: without(members.states, id),
  };
  if (takersOf(rest) === 0) throw lastTaker(id, "id");
  return rest;
}

/**
 * Changes what is named of a server; `nowMs` is when a state begins, in milliseconds since 1970.
 *
 * Errors: ChangeRefused when there is no such server, nothing is named, the weight is out of range, or no server
 * would take keys any more.
 */
export function changeServer(members: Members, id: string, change: ServerChange, nowMs: number): Members {
  const { weight, state } = change;
  find(members, id);
  if (weight === undefined && state === undefined) {
    throw new ChangeRefused("invalid", "neither a weight nor a state is given");
  }
  const reweighed = weight === undefined ? members : withWeight(members, id, weight);
  return state === undefined ? reweighed : withState(reweighed, id, state, nowMs);
}

/** What is different about operators' states, a sentence each; `describeDiff` says the rest. */
export function describeStates(pool: string, before: Members, after: Members): string[] {
  const ids = new Set([...Object.keys(before.states), ...Object.keys(after.states)]);
  const remaining = after.servers.filter(({ name }) => ids.has(name)).map(({ name }) => name);
  return remaining.flatMap((id) => {
    const [from, to] = [stateOf(before, id), stateOf(after, id)];
    return from === to ? [] : [`pool ${quote(pool)}: server ${quote(id)}: ${from} -> ${to}`];
  });
}

function withWeight(members: Members, id: string, weight: number): Members {
  if (!Number.isInteger(weight) || weight < 1 || weight > MAX_WEIGHT) {
    throw new ChangeRefused(
      "invalid",
      `weight ${weight} is not a whole number in 1..${MAX_WEIGHT}`,
      "weight",
    );
  }
  return {
    ...members,
    servers: members.servers.map((server) => server.name === id ? { ...server, weight } : server),
  };
}

function withState(members: Members, id: string, state: ServerState, nowMs: number): Members {
  if (stateOf(members, id) === state) return members;
  const others = without(members.states, id);
  if (state === "live") return { ...members, states: others };
  const changed = {
    ...members,
    states: Object.fromEntries([...Object.entries(others), [id, { state, sinceMs: nowMs }]]),
  };
  if (takersOf(changed) === 0) throw lastTaker(id, "state");
  return changed;
}

type ServerState = NonNullable<ServerChange["state"]>;

function stateOf(members: Members, id: string): ServerState {
  return Object.hasOwn(members.states, id) ? members.states[id]!.state : "live";
}

function takersOf(members: Members): number {
  return members.servers.filter(({ name }) => stateOf(members, name) === "live").length;
}

function lastTaker(id: string, field: string): ChangeRefused {
  return new ChangeRefused("conflict", `server ${quote(id)} is the last one that takes keys`, field);
}

function find(members: Members, id: string): ServerConfig {
  const server = members.servers.find(({ name }) => name === id);
  if (server === undefined) throw new ChangeRefused("missing", `there is no server ${quote(id)}`, "id");
  return server;
}

function readEntry(entry: string): ServerConfig {
  try {
    return parseServer(entry);
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    throw new ChangeRefused("invalid", error.message, "entry");
  }
}

function overrideFor(membership: Membership, pool: PoolConfig): PoolOverride | undefined {
  return Object.hasOwn(membership, pool.name) ? membership[pool.name] : undefined;
}

function without<T>(record: Readonly<Record<string, T>>, key: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}

function quote(text: string): string {
  return JSON.stringify(text);
}
