/**
 * How operators' changes stand in the store: servers as a user writes them in the file, so that the document reads
 * like one.
 *
 *     { "pools": { "cache": { "base": "…", "servers": ["10.0.0.1:6379:1 a"], "states": { "a": { "state": "ejected", "since": "2026-…" } } } } }
 */
import * as z from "zod";
import { formatServer, InvalidValue, parseServer, type ServerConfig } from "../../config/mod.ts";
import type { Membership, PoolOverride } from "./membership.ts";

const STATE = z.strictObject({
  state: z.enum(["ejected", "draining"]),
  since: z.iso.datetime(),
});

const SERVER = z.string().transform((entry, context): ServerConfig => {
  try {
    return parseServer(entry);
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    context.addIssue({ code: "custom", message: error.message });
    return z.NEVER;
  }
});

const POOL = z.strictObject({
  base: z.string(),
  servers: z.array(SERVER).min(1).refine(namesDiffer, { error: "two servers have the same name" }),
  states: z.record(z.string(), STATE),
});

const DOCUMENT = z.strictObject({ pools: z.record(z.string(), POOL) });

/** What the store's document says; nothing was changed when there is none. Errors: throws what is wrong, and where. */
export function readMembership(document: unknown): Membership {
  if (document === null) return {};
  const { success, data, error } = DOCUMENT.safeParse(document);
  if (!success) {
    const [{ path, message }] = error.issues as [z.core.$ZodIssue];
    throw new Error(`${path.length === 0 ? "the document" : path.join(".")}: ${message}`);
  }
  return mapValues(data.pools, ({ base, servers, states }): PoolOverride => ({
    base,
    servers,
    states: mapValues(states, ({ state, since }) => ({ state, sinceMs: Date.parse(since) })),
  }));
}

/** The document that says so. */
export function membershipDocument(membership: Membership): unknown {
  return {
    pools: mapValues(membership, ({ base, servers, states }) => ({
      base,
      servers: servers.map(formatServer),
      states: mapValues(states, ({ state, sinceMs }) => ({ state, since: new Date(sinceMs).toISOString() })),
    })),
  };
}

function namesDiffer(servers: readonly ServerConfig[]): boolean {
  return new Set(servers.map(({ name }) => name)).size === servers.length;
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
