/** Tells the two forms of a file apart, and takes each to the same parts: pools, and the options beside them. */
import { type Findings, quote } from "./fault.ts";
import { INSTANCE_OPTIONS } from "./instance_options.ts";
import type { ConfigForm } from "./option.ts";
import { asMap, emptyMap, reportKeys } from "./section.ts";
import type { ConfigNode, MapEntry, MapNode } from "./yaml.ts";

/** The key that makes a file ours when maps of options stand below it. */
const POOLS_KEY = "pools";

/** Keys one of which every pool has; where they are options, no map stands behind them. */
const POOL_KEYS = ["listen", "servers"];

/** The parts of a file, not yet read. */
export interface FileParts {
  form: ConfigForm;
  /** By name. */
  pools: Map<string, MapEntry>;
  /** The map the options beside the pools stand in; nutcracker's form has none, so it is empty there. */
  instance: MapNode;
}

/** Splits the document into its parts. Top-level keys that have no place in its form become faults. */
export function splitFile(root: MapNode, findings: Findings): FileParts {
  const pools = root.entries.get(POOLS_KEY);
  if (!pools || isOnePool(pools.value)) {
    reportKeys(root, [...root.entries.keys()], "", findings);
    return { form: "nutcracker", pools: root.entries, instance: emptyMap(root.at) };
  }
  const known = Object.values(INSTANCE_OPTIONS).map((option) => option.key);
  reportKeys(root, [POOLS_KEY, ...known], "", findings);
  return { form: "sennit", pools: poolsOf(pools, findings), instance: root };
}

/** A nutcracker pool that happens to be called "pools": its values are those of options, or none is a map. */
function isOnePool(node: ConfigNode): boolean {
  if (node.kind !== "map" || node.entries.size === 0) return false;
  const isMap = (key: string): boolean => node.entries.get(key)?.value.kind === "map";
  return POOL_KEYS.some((key) => node.entries.has(key) && !isMap(key)) ||
    ![...node.entries.keys()].some(isMap);
}

function poolsOf(entry: MapEntry, findings: Findings): Map<string, MapEntry> {
  const map = asMap(entry.value, POOLS_KEY, "pools", findings);
  if (!map) return new Map();
  if (map.entries.size === 0) findings.fault(entry.keyAt, POOLS_KEY, "there is no pool in it");
  reportKeys(map, [...map.entries.keys()], POOLS_KEY, findings);
  return map.entries;
}

/** How faults of a pool are headed. */
export function poolPath(name: string): string {
  return `pool ${quote(name)}`;
}
