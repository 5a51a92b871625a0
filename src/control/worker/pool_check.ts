/** What a worker looks at before it promises to carry out a plan. */
import type { PoolConfig } from "../../config/mod.ts";
import { checkTls } from "../../transport/tls.ts";
import type { PoolPlan } from "./plan.ts";
import { makeRouter } from "./pool_parts.ts";

/** Tries what a pool can't do without. Errors: throws what is wrong with it. */
export function checkPool(config: PoolConfig, { verdict, tls, serverTls }: PoolPlan): void {
  makeRouter(config, verdict);
  checkTls(`pool ${JSON.stringify(config.name)}: tls`, tls);
  checkTls(`pool ${JSON.stringify(config.name)}: server_tls`, serverTls);
}
