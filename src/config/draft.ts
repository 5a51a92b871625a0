/** What a file says while the rules between its options are checked: some options may have been refused. */
import type { Findings } from "./fault.ts";
import type { INSTANCE_OPTIONS } from "./instance_options.ts";
import { POOL_OPTIONS } from "./pool_options.ts";
import { pathOf, type Place, type Section } from "./section.ts";

/** A pool. */
export interface PoolDraft extends Place, Section<typeof POOL_OPTIONS> {
  readonly name: string;
}

/** The options beside the pools. */
export type InstanceDraft = Section<typeof INSTANCE_OPTIONS>;

/** A fault at the place where `field` is written, or at the pool when it is a default. */
export function blame(
  pool: PoolDraft,
  field: keyof typeof POOL_OPTIONS,
  message: string,
  findings: Findings,
): void {
  findings.fault(pool.written[field]?.at ?? pool.at, pathOf(pool.path, POOL_OPTIONS[field].key), message);
}

/** Whether a pool speaks Redis; undefined while the option that says so has a fault. */
export function speaksRedis({ values: { protocol, redis } }: PoolDraft): boolean | undefined {
  return protocol == null ? redis : protocol === "redis";
}
