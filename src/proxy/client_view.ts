/** What is known about a client, as plain data. */
import { commandName as redisCommandName } from "../protocol/redis/learned/learned_ids.ts";
import { COMMANDS } from "../protocol/memcached/command_table.ts";
import type { PoolConfig } from "../config/mod.ts";
import { turn } from "../transport/turn.ts";
import type { Session } from "./session.ts";
import { databaseOf, isTouching, versionOf } from "./variant.ts";

/** One client connection, as its worker sees it. */
export interface ClientDescription {
  readonly id: number;
  readonly pool: string;
  readonly address: string;
  readonly name: string;
  /** Empty before it has logged in, and in pools without users. */
  readonly user: string;
  readonly ageSeconds: number;
  readonly idleSeconds: number;
  /** Requests not answered yet. */
  readonly pending: number;
  /** Bytes kept for it. */
  readonly heldBytes: number;
  /** Name of the last command; empty before the first. */
  readonly lastCommand: string;
}

/** What other clients may be told beside, as CLIENT LIST does. */
export interface ClientDetails extends ClientDescription {
  /** Bytes it has not read yet. */
  readonly unreadBytes: number;
  readonly libraryName: string;
  readonly libraryVersion: string;
  readonly localAddress: string;
  /** What it listens to: channels, patterns and sharded channels. */
  readonly subscriptions: readonly number[];
  /** In Redis's letters what is special about it; N when nothing is. */
  readonly flags: string;
  /** As CLIENT GETREDIR. */
  readonly redirection: number;
  /** Commands queued since MULTI; -1 outside of a transaction. */
  readonly queued: number;
  readonly database: number;
  readonly respVersion: number;
}

const NO_SUBSCRIPTIONS = [0, 0, 0];

/** Describes a client. */
export function describeClient(session: Session): ClientDescription {
  return {
    id: session.id,
    pool: session.pool.config.name,
    address: session.stream.peer,
    name: session.client.name,
    user: session.client.user?.name ?? "",
    ageSeconds: Math.floor((turn.now - session.client.sinceMs) / 1000),
    idleSeconds: Math.floor((turn.now - session.lastActiveMs) / 1000),
    pending: session.replies.pending,
    heldBytes: session.heldBytes,
    lastCommand: commandName(session.pool.config, session.client.lastCommand),
  };
}

/** Whether it listens to anything. */
export function isSubscriber({ subscriptions }: Pick<ClientDetails, "subscriptions">): boolean {
  return subscriptions.some((count) => count > 0);
}

/** Redis's letters for what holds of a client. */
function flagsOf({ client: { redis, isKept }, variant }: Session): string {
  const flags = {
    O: redis?.isMonitoring,
    P: redis?.isSubscriber,
    x: redis?.transaction,
    b: redis?.isBlocked,
    e: isKept,
    T: !isTouching(variant),
    t: redis?.tracker,
    B: redis?.tracker && !redis.tracker.followsReads,
  };
  return Object.entries(flags).filter(([, holds]) => holds).map(([flag]) => flag).join("") || "N";
}

/** Describes a client in detail. */
export function detailClient(session: Session): ClientDetails {
  const { libraryName, libraryVersion, redis } = session.client;
  return {
    ...describeClient(session),
    unreadBytes: session.stream.outbox.bytes,
    libraryName,
    libraryVersion,
    localAddress: session.stream.local,
    flags: flagsOf(session),
    redirection: redis?.isTracking ? 0 : -1,
    queued: redis?.transaction?.commands ?? -1,
    subscriptions: redis !== null && redis.isSubscriber ? redis.subscriptions.sizes : NO_SUBSCRIPTIONS,
    database: databaseOf(session.variant),
    respVersion: versionOf(session.variant),
  };
}

/** The name of a command of the pool's protocol, by its id; empty when there is none. */
export function commandName({ redis }: PoolConfig, id: number): string {
  return redis ? redisCommandName(id) : COMMANDS[id]?.name ?? "";
}
