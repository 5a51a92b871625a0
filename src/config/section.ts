/** Reads one map of the file against the declarations of its options. */
import type * as z from "zod";
import { type Findings, type Position, quote } from "./fault.ts";
import { type ConfigForm, defaultOf, type Options, type Resolved } from "./option.ts";
import { didYouMean } from "./suggest.ts";
import type { ConfigNode, MapNode } from "./yaml.ts";

/** What was read of a map: the values that passed their checks, and the places of those that were written. */
export interface Section<O extends Options> {
  /** Field by field; one whose value was refused, or that is required and missing, is absent. */
  readonly values: Partial<Resolved<O>>;
  /** Nodes of the fields that stand in the file. */
  readonly written: { readonly [F in keyof O]?: ConfigNode };
}

/** A place in the tree: where it is, and the path a fault there is given. */
export interface Place {
  readonly at: Position;
  readonly path: string;
}

/** The path of a fault inside `owner`, such as `pool "cache": servers[2]`. */
export function pathOf(owner: string, key: string): string {
  return owner === "" ? key : `${owner}: ${key}`;
}

/** Reads `map`, which belongs to `owner`: unknown, repeated and missing keys and refused values become faults. */
export function readSection<O extends Options>(
  options: O,
  map: MapNode,
  owner: Place,
  form: ConfigForm,
  findings: Findings,
): Section<O> {
  const known = Object.values(options).map((option) => option.key);
  reportKeys(map, known, owner.path, findings);
  const values: Record<string, unknown> = {};
  const written: Record<string, ConfigNode> = {};
  for (const [field, option] of Object.entries(options)) {
    const node = map.entries.get(option.key)?.value;
    if (node) written[field] = node;
    const value = node
      ? readValue(option.type.schema, node, pathOf(owner.path, option.key), findings)
      : defaultOf(option, form);
    if (value !== undefined) values[field] = value;
    else if (!node) findings.fault(owner.at, owner.path, `the option "${option.key}" is missing`);
  }
  // The loop gave each field the output of its own option's schema.
  return { values, written } as Section<O>;
}

/** Reads one value; undefined when it is refused. */
function readValue(schema: z.ZodType, node: ConfigNode, path: string, findings: Findings): unknown {
  const result = schema.safeParse(plain(node));
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    const index = issue.path[0];
    const item = node.kind === "list" && typeof index === "number" ? node.items[index] : undefined;
    findings.fault((item ?? node).at, item ? `${path}[${String(index)}]` : path, issue.message);
  }
  return undefined;
}

/** The node as a schema takes it. No option nests deeper than a list of texts, so what lies deeper isn't unfolded. */
function plain(node: ConfigNode): unknown {
  if (node.kind !== "list") return shallow(node);
  return node.items.map(shallow);
}

function shallow(node: ConfigNode): string | [] | Record<string, never> {
  if (node.kind === "text") return node.text;
  return node.kind === "list" ? [] : {};
}

/** Faults for the keys of a map that are not known or stand twice. */
export function reportKeys(map: MapNode, known: readonly string[], path: string, findings: Findings): void {
  for (const [key, { keyAt }] of map.entries) {
    if (!known.includes(key)) findings.fault(keyAt, path, unknownKey(key, known));
  }
  for (const { key, keyAt } of map.repeated) {
    if (!known.includes(key)) continue;
    const first = map.entries.get(key)!.keyAt;
    findings.fault(keyAt, path, `${quote(key)} stands here again; it is first set on line ${first.line}`);
  }
}

/** Shows a key only up to the first letter no option has: a value may stand behind it, as in `redis_auth:secret`. */
function unknownKey(key: string, known: readonly string[]): string {
  const name = /^[\w-]+/.exec(key)?.[0] ?? key;
  if (known.includes(name)) return `the option ${quote(name)} needs a colon and a space before its value`;
  return `unknown option ${quote(name)}${didYouMean(name, known)}`;
}
