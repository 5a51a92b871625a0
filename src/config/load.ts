/** Reads a configuration file, already in memory, from text to checked values: the whole of it, or nothing. */
import { orderServers } from "../routing/ring/order_servers.ts";
import { asMap, type FileParts, poolPath, splitFile } from "./form.ts";
import { type Fault, Findings } from "./fault.ts";
import { LIMIT_OPTIONS, LOG_OPTIONS, type LogConfig } from "./instance_options.ts";
import type { ConfigForm, Options, Resolved } from "./option.ts";
import { checkListeners, checkPool, checkTotal, type PoolDraft } from "./pool_checks.ts";
import { POOL_OPTIONS, type PoolConfig } from "./pool_options.ts";
import { readSection, type Section } from "./section.ts";
import { type MapNode, parseYaml } from "./yaml.ts";

/** A checked configuration. */
export interface Config {
  /** The file it was read from, as the user named it. */
  file: string;
  form: ConfigForm;
  /** By length of the name, then by its bytes: nutcracker's order. */
  pools: PoolConfig[];
  /** Bytes of requests and replies a worker may hold. */
  maxTotalBytes: number;
  log: LogConfig;
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
  const parts = splitFile(root, findings);
  const pools = readPools(parts, findings);
  const log = readInstance("log", LOG_OPTIONS, parts, findings);
  const limits = readInstance("limits", LIMIT_OPTIONS, parts, findings);
  for (const pool of pools) checkPool(pool, findings);
  checkListeners(pools, findings);
  const total = limits.values.maxTotalBytes;
  if (total !== undefined) checkTotal(pools, total, limits.written.maxTotalBytes?.at, findings);
  // Complete unless there was a fault, and then the caller drops it.
  const resolved = pools.map(({ name, values }) =>
    resolveProtocol({ name, ...values as Resolved<typeof POOL_OPTIONS> })
  );
  return {
    file,
    form: parts.form,
    // nutcracker orders pools by the rule it orders servers by.
    pools: orderServers(resolved),
    log: log.values as LogConfig,
    maxTotalBytes: total as number,
  };
}

/** `protocol` goes before `redis`, which says the same with fewer choices; afterwards they agree. */
function resolveProtocol(pool: PoolConfig): PoolConfig {
  const protocol = pool.protocol ?? (pool.redis ? "redis" : "memcached");
  return { ...pool, protocol, redis: protocol === "redis" };
}

function readPools(parts: FileParts, findings: Findings): PoolDraft[] {
  const pools: PoolDraft[] = [];
  for (const [name, { keyAt, value }] of parts.pools) {
    const path = poolPath(name);
    if (name === "") findings.fault(keyAt, path, "a pool needs a name");
    const map = asMap(value, path, "options", findings);
    if (!map) continue;
    const section = readSection(POOL_OPTIONS, map, { at: keyAt, path }, parts.form, findings);
    pools.push({ name, at: keyAt, path, ...section });
  }
  return pools;
}

/** A section that is left out has its defaults. */
function readInstance<O extends Options>(
  key: string,
  options: O,
  parts: FileParts,
  findings: Findings,
): Section<O> {
  const node = parts.sections.get(key);
  const nowhere = { line: 1, column: 1 };
  const empty: MapNode = { kind: "map", at: nowhere, entries: new Map(), repeated: [] };
  const map = node ? asMap(node, key, "options", findings) ?? empty : empty;
  return readSection(options, map, { at: map.at, path: key }, parts.form, findings);
}
