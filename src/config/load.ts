/** Reads a configuration file, already in memory, from text to checked values: the whole of it, or nothing. */
import { orderServers } from "../routing/ring/order_servers.ts";
import type { PoolDraft } from "./draft.ts";
import { type FileParts, poolPath, splitFile } from "./form.ts";
import { type Fault, Findings, type Position } from "./fault.ts";
import { INSTANCE_OPTIONS, type InstanceConfig } from "./instance_options.ts";
import { checkAdmin, checkListeners } from "./listener_checks.ts";
import type { ConfigForm, Resolved } from "./option.ts";
import { checkPool, checkTotal } from "./pool_checks.ts";
import { POOL_OPTIONS, type PoolConfig } from "./pool_options.ts";
import { asMap, type Reading, readOptions, readSection } from "./section.ts";
import { type MapNode, parseYaml } from "./yaml.ts";

/** A checked configuration: plain data, so that it can be sent to another process. */
export interface Config extends InstanceConfig {
  /** The file it was read from, as the user named it. */
  file: string;
  form: ConfigForm;
  /** By length of the name, then by its bytes: nutcracker's order. */
  pools: PoolConfig[];
  /** Where the paths that `filesOf` gives stand in the file, by the path of their option. */
  places: Record<string, Position>;
}

/** What came of reading a file. */
export interface LoadResult {
  /** Null when there is a fault. */
  config: Config | null;
  /** All that keeps the file from being accepted, in its order. */
  faults: Fault[];
  /** What is accepted but looks like a mistake, in the order of the file. */
  warnings: Fault[];
}

/**
 * Checks `text`, the content of `file`, and fills in the defaults.
 *
 * Errors: none thrown; every fault of the file is in the result. `file` is only named in them, never opened.
 */
export function loadConfig(text: string, file: string): LoadResult {
  const findings = new Findings(file);
  const root = readDocument(text, findings);
  const config = root ? readConfig(root, file, findings) : null;
  const { faults, warnings } = findings;
  return { config: faults.length === 0 ? config : null, faults, warnings };
}

function readDocument(text: string, findings: Findings): MapNode | null {
  const { root, faults } = parseYaml(text);
  for (const { at, message } of faults) findings.fault(at, "", message);
  if (faults.length > 0) return null;
  if (root === null) {
    findings.fault({ line: 1, column: 1 }, "", "the file holds no pool");
    return null;
  }
  const map = asMap(root, "", "pools", findings);
  if (map?.entries.size === 0) findings.fault(map.at, "", "the file holds no pool");
  return map;
}

function readConfig(root: MapNode, file: string, findings: Findings): Config {
  const { form, pools: entries, instance: map } = splitFile(root, findings);
  const reading: Reading = { form, findings, places: {} };
  const pools = readPools(entries, reading);
  const instance = readOptions(INSTANCE_OPTIONS, map, { at: map.at, path: "" }, reading);
  for (const pool of pools) checkPool(pool, findings);
  checkListeners(pools, instance, form, findings);
  checkAdmin(instance, findings);
  checkTotal(pools, instance, findings);
  // Complete unless there was a fault, and then the caller drops it.
  const resolved = pools.map(({ name, values }) =>
    resolveProtocol({ name, ...values as Resolved<typeof POOL_OPTIONS> })
  );
  return {
    file,
    form,
    // nutcracker orders pools by the rule it orders servers by.
    pools: orderServers(resolved),
    ...instance.values as InstanceConfig,
    places: reading.places,
  };
}

/** `protocol` goes before `redis`, which says the same with fewer choices; afterwards they agree. */
function resolveProtocol(pool: PoolConfig): PoolConfig {
  const protocol = pool.protocol ?? (pool.redis ? "redis" : "memcached");
  return { ...pool, protocol, redis: protocol === "redis" };
}

function readPools(entries: FileParts["pools"], reading: Reading): PoolDraft[] {
  const { findings } = reading;
  const pools: PoolDraft[] = [];
  for (const [name, { keyAt, value }] of entries) {
    const path = poolPath(name);
    if (name === "") findings.fault(keyAt, path, "a pool needs a name");
    const map = asMap(value, path, "options", findings);
    if (!map) continue;
    const section = readSection(POOL_OPTIONS, map, { at: keyAt, path }, reading);
    pools.push({ name, at: keyAt, path, ...section });
  }
  return pools;
}
