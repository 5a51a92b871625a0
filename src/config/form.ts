/** Tells the two forms of a file apart, and takes each to the same parts: pools and sections. */
import { type Findings, quote } from "./fault.ts";
import type { ConfigForm } from "./option.ts";
import { SECTIONS } from "./instance_options.ts";
import { reportKeys } from "./section.ts";
import { kindOf } from "./value.ts";
import type { ConfigNode, MapEntry, MapNode } from "./yaml.ts";

/** The key that makes a file ours when maps of options stand below it. */
const POOLS_KEY = "pools";

/** The parts of a file, not yet read. */
export interface FileParts {
  form: ConfigForm;
  /** By name. */
  pools: Map<string, MapEntry>;
  /** The node of each section that stands in the file, by its key. */
  sections: Map<string, ConfigNode>;
}

/** Splits the document into its parts. Top-level keys that have no place in its form become faults. */
export function splitFile(root: MapNode, findings: Findings): FileParts {
  const pools = root.entries.get(POOLS_KEY);
  if (!pools || isOnePool(pools.value)) {
    reportKeys(root, [...root.entries.keys()], "", findings);
    return { form: "nutcracker", pools: root.entries, sections: new Map() };
  }
  reportKeys(root, [POOLS_KEY, ...Object.keys(SECTIONS)], "", findings);
  const sections = new Map<string, ConfigNode>();
  for (const key of Object.keys(SECTIONS)) {
    const node = root.entries.get(key)?.value;
    if (node) sections.set(key, node);
  }
  return { form: "sennit", pools: poolsOf(pools, findings), sections };
}

/** A nutcracker pool that happens to be called "pools": none of its values is a map, as every pool of ours is. */
function isOnePool(node: ConfigNode): boolean {
  if (node.kind !== "map" || node.entries.size === 0) return false;
  return [...node.entries.values()].every((entry) => entry.value.kind !== "map");
}

function poolsOf(entry: MapEntry, findings: Findings): Map<string, MapEntry> {
  const map = asMap(entry.value, POOLS_KEY, "pools", findings);
  if (!map) return new Map();
  if (map.entries.size === 0) findings.fault(entry.keyAt, POOLS_KEY, "there is no pool in it");
  reportKeys(map, [...map.entries.keys()], POOLS_KEY, findings);
  return map.entries;
}

/** The node as a map; null with a fault when it is something else. */
export function asMap(node: ConfigNode, path: string, what: string, findings: Findings): MapNode | null {
  if (node.kind === "map") return node;
  const found = node.kind === "list" ? [] : node.text;
  findings.fault(node.at, path, `expected a map of ${what}, found ${kindOf(found)}`);
  return null;
}

/** How faults of a pool are headed. */
export function poolPath(name: string): string {
  return `pool ${quote(name)}`;
}
