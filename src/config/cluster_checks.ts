/** The rules about where a pool's servers come from. */
import { blame, type PoolDraft, speaksRedis } from "./draft.ts";
import type { Findings } from "./fault.ts";
import { POOL_OPTIONS } from "./pool_options.ts";

/** What a cluster decides itself. */
const CLUSTERS_OWN = ["hash", "hashTag", "distribution", "autoEjectHosts"] as const;

/** Checks that a pool has servers of its own or a cluster, and that a cluster is not told what it decides. */
export function checkMembers(pool: PoolDraft, findings: Findings): void {
  const { servers, cluster } = pool.written;
  if (cluster === undefined) {
    const { key } = POOL_OPTIONS.servers;
    if (servers === undefined) findings.fault(pool.at, pool.path, `the option "${key}" is missing`);
    return;
  }
  if (servers !== undefined) blame(pool, "servers", "a cluster has its own servers; leave one out", findings);
  if (speaksRedis(pool) === false) blame(pool, "cluster", "only a Redis pool can be a cluster", findings);
  for (const field of CLUSTERS_OWN) {
    // What every pool has, because nobody chose it, is no choice.
    const isChosen = pool.values[field] !== POOL_OPTIONS[field].default;
    if (isChosen) blame(pool, field, "a cluster decides that itself; leave it out", findings);
  }
}
