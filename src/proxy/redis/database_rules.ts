/**
 * Commands that name databases: MOVE, COPY with DB, SWAPDB. Keys have the same server in every database, so the first
 * two work as on a single server. SWAPDB concerns every server at the same moment, which only a pool of one can
 * promise. Clients' numbers become the servers' on the way; see `redis_db`.
 */
import { isWord, textOf } from "../../protocol/arguments.ts";
import type { RedisRequest } from "../../protocol/redis/redis_request.ts";
import type { Pool } from "../pool.ts";
import { isInteger } from "./local/numbers.ts";

/** Where COPY's options begin, behind the two keys. */
const OPTIONS = 3;
const OUT_OF_RANGE = "ERR DB index is out of range";

/** Looks at the numbers in a request and makes them the servers'; the fault, or an empty text. */
export type DatabaseRule = (pool: Pool, request: RedisRequest) => string;

/** By the command's name. */
export const DATABASE_RULES: Readonly<Record<string, DatabaseRule | undefined>> = {
  move: (pool, request) => translate(pool, request, 2),
  copy: (pool, request) => {
    for (let i = OPTIONS; i < request.count - 1; i++) {
      const fault = isWord(request, i, "DB") ? translate(pool, request, ++i) : "";
      if (fault !== "") return fault;
    }
    return "";
  },
  swapdb: (pool, request) => {
    if (!isInt(textOf(request, 1))) return "ERR invalid first DB index";
    if (!isInt(textOf(request, 2))) return "ERR invalid second DB index";
    const fault = translate(pool, request, 1) || translate(pool, request, 2);
    if (fault !== "" || pool.backends.length === 1) return fault;
    return `ERR SWAPDB can't be done in one moment by ${pool.backends.length} servers, and in between ` +
      "requests would find some of them swapped and others not";
  },
};

/** Why a text doesn't number a database of the pool, in Redis's words; empty when it does. */
export function databaseFault(text: string, { config }: Pool): string {
  if (!isInteger(text)) return "ERR value is not an integer or out of range";
  if (!isInt(text)) return "ERR value is out of range, value must between -2147483648 and 2147483647";
  const database = Number(text);
  return database < 0 || database >= config.databases ? OUT_OF_RANGE : "";
}

function translate(pool: Pool, request: RedisRequest, index: number): string {
  const text = textOf(request, index);
  const { redisDb } = pool.config;
  const fault = databaseFault(text, pool);
  if (fault === "" && redisDb > 0) request.replace(index, Buffer.from(String(redisDb + Number(text))));
  return fault;
}

/** Whether it fits into 32 bits. */
function isInt(text: string): boolean {
  return isInteger(text) && Math.abs(Number(text) + 0.5) < 2 ** 31;
}
