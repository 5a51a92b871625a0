/**
 * Commands that name databases: MOVE, COPY with DB, SWAPDB. Keys have the same server in every database, so the first
 * two work as on a single server. SWAPDB concerns every server at the same moment, which only a pool of one can
 * promise. Clients' numbers become the servers' on the way, and what is wrong with them is the server's to say, at the
 * moment when it would: between MULTI and EXEC that is not yet.
 */
import { isWord, textOf } from "../../protocol/arguments.ts";
import type { RedisRequest } from "../../protocol/redis/redis_request.ts";
import type { Pool } from "../pool.ts";
import { isInteger } from "./local/numbers.ts";

/** Where COPY's options begin, behind the two keys. */
const OPTIONS = 3;
/** A number that servers read, and have no database for. */
const NOWHERE = 2 ** 31 - 1;

/** Makes the databases in a request the servers'. Why it can't be served, as an error reply without its dash, or empty. */
export type DatabaseRule = (pool: Pool, request: RedisRequest) => string;

/** By the command's name. */
export const DATABASE_RULES: ReadonlyMap<string, DatabaseRule> = new Map<string, DatabaseRule>([
  ["move", (pool, request) => {
    translate(pool, request, 2);
    return "";
  }],
  ["copy", (pool, request) => {
    for (let i = OPTIONS; i < request.count - 1; i++) {
      if (isWord(request, i, "DB")) translate(pool, request, ++i);
    }
    return "";
  }],
  ["swapdb", (pool, request) => {
    const servers = pool.backends.length;
    if (servers > 1) {
      return `ERR SWAPDB can't be done in one moment by ${servers} servers, and in between requests would find ` +
        "some of them swapped and others not";
    }
    translate(pool, request, 1);
    translate(pool, request, 2);
    return "";
  }],
]);

/** Why a text doesn't number a database of the pool, in Redis's words; empty when it does. */
export function databaseFault(text: string, { config }: Pool): string {
  if (!isInteger(text)) return "ERR value is not an integer or out of range";
  if (!isInt(text)) return "ERR value is out of range, value must between -2147483648 and 2147483647";
  const database = Number(text);
  return database < 0 || database >= config.databases ? "ERR DB index is out of range" : "";
}

/** A number of a database that the pool doesn't have becomes one that no server has, though it may have this one. */
function translate(pool: Pool, request: RedisRequest, index: number): void {
  const text = textOf(request, index);
  const { redisDb, databases } = pool.config;
  if (!isInt(text)) return;
  const database = Number(text);
  const isThere = database >= 0 && database < databases;
  if (isThere && redisDb === 0) return;
  request.replace(index, Buffer.from(String(isThere ? redisDb + database : NOWHERE)));
}

/** Whether it fits into 32 bits. */
function isInt(text: string): boolean {
  return isInteger(text) && Math.abs(Number(text) + 0.5) < 2 ** 31;
}
