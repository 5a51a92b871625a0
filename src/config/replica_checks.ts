/** The rules about replicas: which server they belong to, and that every address has one role in its pool. */
import { formatAddress } from "./address.ts";
import { blame, type PoolDraft, speaksRedis } from "./draft.ts";
import { type Findings, quote } from "./fault.ts";
import { POOL_OPTIONS } from "./pool_options.ts";
import { pathOf } from "./section.ts";
import { didYouMean } from "./suggest.ts";

/** Checks `replicas` and `zones` of one pool. */
export function checkReplicas(pool: PoolDraft, findings: Findings): void {
  if (speaksRedis(pool) === false) {
    if (pool.written.replicas) blame(pool, "replicas", "memcached servers have no replicas", findings);
    return;
  }
  if (pool.written.cluster) {
    if (pool.written.replicas) {
      blame(pool, "replicas", "a cluster has its own replicas; leave it out", findings);
    }
    return;
  }
  checkNames(pool, "replicas", findings);
  checkNames(pool, "zones", findings);
  checkAddresses(pool, findings);
}

function checkNames(pool: PoolDraft, field: "replicas" | "zones", findings: Findings): void {
  const { servers } = pool.values;
  if (servers === undefined) return;
  const names = servers.map(({ name }) => name);
  const node = pool.written[field];
  for (const { server } of pool.values[field] ?? []) {
    if (names.includes(server)) continue;
    const at = node?.kind === "map" ? node.entries.get(server)?.keyAt : undefined;
    const path = pathOf(pool.path, POOL_OPTIONS[field].key);
    findings.fault(at ?? pool.at, path, `there is no server ${quote(server)}${didYouMean(server, names)}`);
  }
}

/** A replica that stands twice would be counted twice; one that is a server too would follow itself. */
function checkAddresses(pool: PoolDraft, findings: Findings): void {
  const taken = new Map<string, string>();
  for (const { name, address } of pool.values.servers ?? []) {
    taken.set(name, `the server ${quote(name)}`);
    taken.set(formatAddress(address), `the server ${quote(name)}`);
  }
  const node = pool.written.replicas;
  for (const { server, replicas } of pool.values.replicas ?? []) {
    const list = node?.kind === "map" ? node.entries.get(server)?.value : undefined;
    for (const [index, { name }] of replicas.entries()) {
      const other = taken.get(name);
      taken.set(name, `a replica of ${quote(server)}`);
      if (other === undefined) continue;
      const at = list?.kind === "list" ? list.items[index]!.at : pool.at;
      const path = `${pathOf(pool.path, POOL_OPTIONS.replicas.key)}: ${server}[${index}]`;
      findings.fault(at, path, `${quote(name)} is already ${other}`);
    }
  }
}
