/**
 * The rules that need more than one option: of a pool, and between a pool and the instance. A rule is silent while
 * one of its options has a fault of its own.
 */
import { clusteringWarning } from "../routing/ring/pathologies.ts";
import { checkMembers } from "./cluster_checks.ts";
import { blame, type InstanceDraft, type PoolDraft, speaksRedis } from "./draft.ts";
import { type Findings, quote } from "./fault.ts";
import { LIMIT_OPTIONS } from "./instance_options.ts";
import { POOL_OPTIONS, type PoolConfig } from "./pool_options.ts";
import { checkReplicas } from "./replica_checks.ts";
import { pathOf, placeIn } from "./section.ts";
import { checkSecurity } from "./security_checks.ts";
import { SERVER_ENTRY } from "./server_entry.ts";
import { formatSize } from "./size.ts";

type SizeField = {
  [F in keyof PoolConfig]: F extends `${string}Bytes` ? PoolConfig[F] extends number ? F : never : never;
}[keyof PoolConfig];

/** Sizes that only make sense in order: a gap between two watermarks, and room for what a limit lets in. */
const SIZE_ORDER: readonly {
  smaller: SizeField;
  larger: SizeField;
  mayEqual: boolean;
  /** The protocol whose pools it is for; left out: of both. */
  protocol?: "redis" | "memcached";
}[] = [
  { smaller: "clientOutboxLowBytes", larger: "clientOutboxHighBytes", mayEqual: false },
  { smaller: "clientOutboxHighBytes", larger: "clientOutboxHardBytes", mayEqual: true },
  { smaller: "serverOutboxLowBytes", larger: "serverOutboxHighBytes", mayEqual: false },
  { smaller: "maxBulkBytes", larger: "maxRequestBytes", mayEqual: true, protocol: "redis" },
  { smaller: "maxBulkBytes", larger: "clientOutboxHardBytes", mayEqual: true, protocol: "redis" },
  { smaller: "maxItemBytes", larger: "clientOutboxHardBytes", mayEqual: true, protocol: "memcached" },
];

/** Checks the rules within one pool. */
export function checkPool(pool: PoolDraft, findings: Findings): void {
  checkSizeOrder(pool, findings);
  checkMembers(pool, findings);
  checkServerNames(pool, findings);
  warnOfClustering(pool, findings);
  checkProtocol(pool, findings);
  checkReplicas(pool, findings);
  checkSecurity(pool, findings);
}

/** Checks that the largest value of every pool fits what the instance may hold. */
export function checkTotal(pools: readonly PoolDraft[], instance: InstanceDraft, findings: Findings): void {
  const total = instance.values.limits?.maxTotalBytes;
  if (total === undefined) return;
  const totalAt = placeIn(instance.written.limits, LIMIT_OPTIONS.maxTotalBytes.key);
  for (const pool of pools) {
    const field = speaksRedis(pool) === false ? "maxItemBytes" : "maxBulkBytes";
    const largest = pool.values[field];
    if (largest === undefined || largest <= total) continue;
    const at = pool.written[field]?.at ?? totalAt ?? pool.at;
    const path = pathOf(pool.path, POOL_OPTIONS[field].key);
    findings.fault(at, path, `${formatSize(largest)} is above limits.total_bytes (${formatSize(total)})`);
  }
}

function checkProtocol(pool: PoolDraft, findings: Findings): void {
  const { redis, protocol } = pool.values;
  if (speaksRedis(pool) === false && pool.values.commands != null) {
    blame(pool, "commands", "only a Redis pool has commands to declare", findings);
  }
  if (pool.written.redis && protocol != null && redis !== (protocol === "redis")) {
    blame(pool, "protocol", `${quote(protocol)} contradicts redis: ${redis}`, findings);
  }
}

function checkSizeOrder(pool: PoolDraft, findings: Findings): void {
  const spoken = speaksRedis(pool) === false ? "memcached" : "redis";
  for (const { smaller, larger, mayEqual, protocol } of SIZE_ORDER) {
    if (protocol !== undefined && protocol !== spoken) continue;
    const low = pool.values[smaller];
    const high = pool.values[larger];
    if (low === undefined || high === undefined || low < high || (mayEqual && low === high)) continue;
    // Of the two, only one that stands in the file can be at fault.
    const [culprit, other] = pool.written[smaller] ? [smaller, larger] : [larger, smaller];
    const relation = culprit === smaller
      ? (mayEqual ? "above" : "not below")
      : (mayEqual ? "below" : "not above");
    const origin = pool.written[other] ? "" : ", the default";
    const value = `${POOL_OPTIONS[other].key} (${formatSize(pool.values[other]!)}${origin})`;
    blame(pool, culprit, `${formatSize(pool.values[culprit]!)} is ${relation} ${value}`, findings);
  }
}

/** The warning stands where the choice was made; the defaults, too, cluster. */
function warnOfClustering(pool: PoolDraft, findings: Findings): void {
  const { hash, distribution, servers } = pool.values;
  if (hash === undefined || distribution === undefined || servers === undefined) return;
  const warning = clusteringWarning({ hash, distribution, servers });
  const { at } = pool.written.distribution ?? pool.written.hash ?? pool;
  if (warning !== null) findings.warn(at, pool.path, warning);
}

/** Looks at every entry that can be read, whatever is wrong with the others. */
function checkServerNames(pool: PoolDraft, findings: Findings): void {
  const list = pool.written.servers;
  if (list?.kind !== "list") return;
  const first = new Map<string, number>();
  for (const [index, item] of list.items.entries()) {
    const name = item.kind === "text" ? SERVER_ENTRY.safeParse(item.text).data?.name : undefined;
    if (name === undefined) continue;
    const earlier = first.get(name);
    if (earlier === undefined) {
      first.set(name, index);
      continue;
    }
    const path = `${pathOf(pool.path, POOL_OPTIONS.servers.key)}[${index}]`;
    findings.fault(item.at, path, `the server name ${quote(name)} is already that of servers[${earlier}]`);
  }
}
