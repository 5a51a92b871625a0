/** What a pool asks of requests beyond what a server would, between MULTI and EXEC too. */
import type { Arguments } from "../../protocol/arguments.ts";
import type { Command } from "../../protocol/redis/command.ts";
import type { Pool } from "../pool.ts";
import { copyFault } from "./copy_rule.ts";
import { sortFault } from "./sort_rule.ts";

/** Why the request can't be served here, as an error reply without its dash; empty when it can. */
export function ruleFault(pool: Pool, { name }: Command, args: Arguments): string {
  if (name === "sort" || name === "sort_ro") return sortFault(pool, args);
  return name === "copy" ? copyFault(pool.config.redisDb, args) : "";
}
