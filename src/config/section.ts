/** Reads one map of the file against the declarations of its options. */
import type * as z from "zod";
import { type Findings, type Position, quote } from "./fault.ts";
import { type ConfigForm, defaultOf, type Options, type Resolved } from "./option.ts";
import { didYouMean } from "./suggest.ts";
import { kindOf, type MapType, type ValueType } from "./value.ts";
import type { ConfigNode, MapEntry, MapNode } from "./yaml.ts";

/** What is known and gathered while a file is read. */
export interface Reading {
  readonly form: ConfigForm;
  readonly findings: Findings;
  /** Where the paths of input files stand, by the path of their option. */
  readonly places: Record<string, Position>;
}

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
  reading: Reading,
): Section<O> {
  const known = Object.values(options).map((option) => option.key);
  reportKeys(map, known, owner.path, reading.findings);
  return readOptions(options, map, owner, reading);
}

/** As `readSection`, of a map that holds other keys too: those are left to the caller. */
export function readOptions<O extends Options>(
  options: O,
  map: MapNode,
  owner: Place,
  reading: Reading,
): Section<O> {
  const values: Record<string, unknown> = {};
  const written: Record<string, ConfigNode> = {};
  for (const [field, option] of Object.entries(options)) {
    const entry = map.entries.get(option.key);
    if (entry) written[field] = entry.value;
    const value = entry
      ? readValue(option.type, entry, pathOf(owner.path, option.key), reading)
      : defaultOf(option, reading.form);
    if (value !== undefined) values[field] = value;
    else if (!entry) reading.findings.fault(owner.at, owner.path, `the option "${option.key}" is missing`);
  }
  // The loop gave each field a value of its own option's type.
  return { values, written } as Section<O>;
}

/** Reads one value; undefined when it is refused. */
function readValue(type: ValueType<unknown>, entry: MapEntry, path: string, reading: Reading): unknown {
  if ("options" in type) return readMap(type, entry, path, reading);
  if (type.file !== undefined) reading.places[path] = entry.value.at;
  return readPlain(type.schema, entry.value, path, reading.findings);
}

function readMap(type: MapType<unknown>, { keyAt, value: node }: MapEntry, path: string, reading: Reading) {
  if (type.orFlag && node.kind === "text" && node.text === "false") return null;
  const isBare = type.orFlag && node.kind === "text" && node.text === "true";
  const map = isBare ? emptyMap(node.at) : asMap(node, path, "options", reading.findings);
  if (!map) return undefined;
  const { values } = readSection(type.options, map, { at: keyAt, path }, reading);
  const isComplete = Object.keys(type.options).every((field) => field in values);
  return isComplete ? values : undefined;
}

function readPlain(schema: z.ZodType, node: ConfigNode, path: string, findings: Findings): unknown {
  const result = schema.safeParse(plain(node));
  const issues = result.error?.issues ?? [];
  for (const issue of issues) {
    const { part, suffix } = partOf(node, issue.path);
    findings.fault(part.at, path + suffix, issue.message);
  }
  // A schema sees each name once. Where a map was refused as a whole, its keys may hold anything, even a secret.
  const tookNames = node.kind === "map" && issues.every((issue) => issue.path.length > 0);
  if (tookNames) reportKeys(node, [...node.entries.keys()], path, findings);
  return result.data;
}

/** The part of a node that an issue is about, and how the path goes on to it; the node itself when it is about all. */
function partOf(node: ConfigNode, steps: readonly PropertyKey[]): { part: ConfigNode; suffix: string } {
  let [part, suffix] = [node, ""];
  for (const step of steps) {
    if (part.kind === "list" && typeof step === "number" && part.items[step]) {
      part = part.items[step];
      suffix += `[${step}]`;
    } else if (part.kind === "map" && typeof step === "string" && part.entries.has(step)) {
      part = part.entries.get(step)!.value;
      suffix += `: ${visible(step)}`;
    }
  }
  return { part, suffix };
}

/** The node as a schema takes it. None reads more than a map of lists of texts: what lies deeper isn't unfolded. */
function plain(node: ConfigNode): unknown {
  if (node.kind === "list") return node.items.map(shallow);
  if (node.kind === "map") {
    return new Map(Array.from(node.entries, ([key, { value }]) => [key, listed(value)]));
  }
  return node.text;
}

function listed(node: ConfigNode): unknown {
  return node.kind === "list" ? node.items.map(shallow) : shallow(node);
}

function shallow(node: ConfigNode): string | [] | Record<string, never> {
  if (node.kind === "text") return node.text;
  return node.kind === "list" ? [] : {};
}

/** The node as a map; null with a fault when it is something else. */
export function asMap(node: ConfigNode, path: string, what: string, findings: Findings): MapNode | null {
  if (node.kind === "map") return node;
  const found = node.kind === "list" ? [] : node.text;
  findings.fault(node.at, path, `expected a map of ${what}, found ${kindOf(found)}`);
  return null;
}

/** A map with nothing in it, as if it stood at `at`. */
export function emptyMap(at: Position): MapNode {
  return { kind: "map", at, entries: new Map(), repeated: [] };
}

/** Where the option `key` of a map that was written stands; undefined when it is left out. */
export function placeIn(node: ConfigNode | undefined, key: string): Position | undefined {
  return node?.kind === "map" ? node.entries.get(key)?.value.at : undefined;
}

/** Faults for the keys of a map that are not known or stand twice. */
export function reportKeys(map: MapNode, known: readonly string[], path: string, findings: Findings): void {
  for (const [key, { keyAt }] of map.entries) {
    if (!known.includes(key)) findings.fault(keyAt, path, unknownKey(key, known));
  }
  for (const { key, keyAt } of map.repeated) {
    if (!known.includes(key)) continue;
    const first = map.entries.get(key)!.keyAt;
    findings.fault(
      keyAt,
      path,
      `${quote(key.replace(/:.*/s, ""))} stands here again; it is first set on line ${first.line}`,
    );
  }
}

function unknownKey(key: string, known: readonly string[]): string {
  const name = visible(key);
  if (known.includes(name)) return `the option ${quote(name)} needs a colon and a space before its value`;
  return `unknown option ${quote(name)}${didYouMean(name, known)}`;
}

/** A key up to the first letter that no option has: a value may stand behind it, as in `redis_auth:secret`. */
function visible(key: string): string {
  return /^[\w.-]+/.exec(key)?.[0] ?? key;
}
