/** What a pool asks of requests beyond what a server would, between MULTI and EXEC too. */
import type { Command } from "../../protocol/redis/command.ts";
import type { RedisRequest } from "../../protocol/redis/redis_request.ts";
import type { Pool } from "../pool.ts";
import { DATABASE_RULES } from "./database_rules.ts";
import { sortFault } from "./sort_rule.ts";

/** Why the request can't be served here, as an error reply without its dash; empty when it can. */
export function ruleFault(pool: Pool, { name }: Command, request: RedisRequest): string {
  if (name === "sort" || name === "sort_ro") return sortFault(pool, request);
  return DATABASE_RULES.get(name)?.(pool, request) ?? "";
}
