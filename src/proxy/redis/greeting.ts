/** What a lane says to a Redis server first: who it is, which protocol it speaks, then the database. AUTH must go first. */
import type { PoolConfig } from "../../config/mod.ts";
import { ERROR } from "../../protocol/redis/bytes.ts";
import type { RespVersion } from "../../protocol/redis/resp_version.ts";
import type { Greeting } from "../protocol.ts";
import { databaseOf, isTouching, type Variant, versionOf } from "../variant.ts";
import { arrayReply, bulkReply } from "./replies.ts";

/** What the proxy is known by at the servers. */
export interface Credentials {
  /** Null: the servers' default user. */
  readonly user: string | null;
  readonly password: string;
}

/** A pool's credentials: its own for the servers, or those it shares with clients; null when it needs none. */
export function credentialsOf({ backendAuth, redisAuth }: PoolConfig): Credentials | null {
  return backendAuth ?? (redisAuth === null ? null : { user: null, password: redisAuth });
}

/** What is said on a connection of that variant. */
export function laneGreeting(config: PoolConfig, variant: Variant): Greeting | null {
  const database = config.redisDb + databaseOf(variant);
  const extra = isTouching(variant) ? [] : [NO_TOUCH];
  return redisGreeting(credentialsOf(config), database, versionOf(variant), extra);
}

const NO_TOUCH = ["CLIENT", "NO-TOUCH", "ON"];

/** AUTH or HELLO 3, SELECT, and what else shall be said, as they are needed; null when none is. */
export function redisGreeting(
  credentials: Credentials | null,
  database: number,
  version: RespVersion = 2,
  extra: readonly (readonly string[])[] = [],
): Greeting | null {
  const steps: (readonly string[])[] = [];
  const { user = null, password = "" } = credentials ?? {};
  if (version === 3) {
    // A server with a password takes HELLO only together with it.
    steps.push(["HELLO", "3", ...(credentials === null ? [] : ["AUTH", user ?? "default", password])]);
  } else if (credentials !== null) {
    steps.push(["AUTH", ...(user === null ? [] : [user]), password]);
  }
  if (database > 0) steps.push(["SELECT", String(database)]);
  steps.push(...extra);
  if (steps.length === 0) return null;
  return {
    bytes: Buffer.concat(steps.map(encodeCommand)),
    replies: steps.length,
    refusal(reply, index) {
      if (reply[0] !== ERROR) return "";
      const text = Buffer.from(reply).toString("latin1", 1, reply.length - 2);
      return `server refused ${steps[index]![0]}: ${without(password, text)}`;
    },
  };
}

/** A command as a RESP array of bulk strings. */
export function encodeCommand(words: readonly string[]): Uint8Array {
  return arrayReply(words.map((word) => bulkReply(word)));
}

/** A server that has no AUTH any more repeats what it was sent. */
function without(password: string, text: string): string {
  const sent = Buffer.from(password).toString("latin1");
  return sent === "" ? text : text.replaceAll(sent, "***");
}
