/**
 * YAML text as a tree of maps, lists and texts that know their place: the only file that names the YAML library.
 *
 * Scalars stay as written (`007`, `yes` and `1e5` are texts): what a value means is decided by the option it is
 * given to, so a password of digits stays a password. Anchors, aliases, merge keys and flow style are resolved here.
 */
import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  stringify,
  type YAMLMap,
} from "yaml";
import type { Position } from "./fault.ts";

/** A scalar: its text with quotes and escapes undone, otherwise as written; empty when nothing is there. */
export interface TextNode {
  kind: "text";
  at: Position;
  text: string;
}

/** A sequence. */
export interface ListNode {
  kind: "list";
  at: Position;
  items: ConfigNode[];
}

/** One key of a map with its value. */
export interface MapEntry {
  keyAt: Position;
  value: ConfigNode;
}

/** A mapping: its entries in the order of the file, merged ones behind its own. */
export interface MapNode {
  kind: "map";
  at: Position;
  entries: Map<string, MapEntry>;
  /** Keys that stand twice in the same map: where each repetition is. The first one is in `entries`. */
  repeated: { key: string; keyAt: Position }[];
}

/** What a YAML document is made of. A node that an alias names is shared, and keeps the place where it is written. */
export type ConfigNode = TextNode | ListNode | MapNode;

/** What is wrong with a text as YAML. */
export interface YamlFault {
  at: Position;
  message: string;
}

/**
 * Reads one YAML document.
 *
 * Shape: `root` is null for an empty document; when there are faults the tree is not to be trusted.
 * Errors: none thrown; messages never quote more than one character of a value, since it may be a secret.
 */
export function parseYaml(text: string): { root: ConfigNode | null; faults: YamlFault[] } {
  const document = parseDocument(text, { schema: "failsafe", prettyErrors: false, uniqueKeys: false });
  const builder = new TreeBuilder(countLines(text));
  for (const error of [...document.errors, ...document.warnings]) {
    const at = builder.place(error.pos[0]);
    builder.faults.push({ at, message: describe(error.code, error.message, lineOf(text, at)) });
  }
  const root = document.contents === null ? null : builder.build(document.contents);
  return { root, faults: builder.faults };
}

/** Writes texts, numbers, switches, lists and maps of them as one YAML document; lines are not folded. */
export function writeYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0 });
}

/** The parser's own count has gaps behind some faults. */
function countLines(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines.addNewLine(at + 1);
  return lines;
}

/** An address in brackets reads as a flow list with something behind it. */
const BRACKETED_ADDRESS = /\[[0-9a-fA-F:.]+\]:\d+/;

function describe(code: string, message: string, line: string): string {
  const address = BRACKETED_ADDRESS.exec(line);
  if (code === "UNEXPECTED_TOKEN" && address) return `an address in brackets needs quotes: "${address[0]}"`;
  if (code === "MULTIPLE_DOCS") return "only one YAML document is allowed in a file";
  if (code === "TAG_RESOLVE_FAILED") {
    return "YAML tags have no meaning here; a text that begins with ! needs quotes";
  }
  const hint = code === "BAD_SCALAR_START" ? "; put it in quotes" : "";
  // Behind a colon the library quotes the source, which may be a secret.
  return `not valid YAML: ${message.replace(/: (?!is ambiguous).*$/s, "")}${hint}`;
}

function lineOf(text: string, at: Position): string {
  return text.split("\n", at.line)[at.line - 1] ?? "";
}

/** Turns the library's nodes into ours. An anchor is known only behind its node, so no alias can make a cycle. */
class TreeBuilder {
  readonly faults: YamlFault[] = [];
  readonly #lines: LineCounter;
  readonly #anchors = new Map<string, ConfigNode>();

  constructor(lines: LineCounter) {
    this.#lines = lines;
  }

  place(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset);
    return { line, column: col };
  }

  build(node: unknown): ConfigNode {
    if (isAlias(node)) return this.#named(node);
    const built = this.#buildOwn(node);
    const anchor = isMap(node) || isSeq(node) || isScalar(node) ? node.anchor : undefined;
    if (anchor !== undefined) this.#anchors.set(anchor, built);
    return built;
  }

  #buildOwn(node: unknown): ConfigNode {
    if (isMap(node)) return this.#buildMap(node);
    if (isSeq(node)) {
      return { kind: "list", at: this.#start(node), items: node.items.map((item) => this.build(item)) };
    }
    return { kind: "text", at: this.#start(node), text: isScalar(node) ? String(node.value ?? "") : "" };
  }

  #buildMap(node: YAMLMap): MapNode {
    const map: MapNode = { kind: "map", at: this.#start(node), entries: new Map(), repeated: [] };
    const merged: ConfigNode[] = [];
    for (const pair of node.items) {
      const keyAt = this.#start(pair.key);
      const key = this.build(pair.key);
      // `? key` without a value: the nothing stands where the key does.
      const value = pair.value === null
        ? { kind: "text" as const, at: keyAt, text: "" }
        : this.build(pair.value);
      if (key.kind !== "text") this.faults.push({ at: keyAt, message: "a key must be a text" });
      else if (isScalar(pair.key) && pair.key.type === "PLAIN" && key.text === "<<") merged.push(value);
      else if (map.entries.has(key.text)) map.repeated.push({ key: key.text, keyAt });
      else map.entries.set(key.text, { keyAt, value });
    }
    for (const source of merged) this.#merge(map, source);
    return map;
  }

  /** A key of the map itself wins over a merged one, an earlier source over a later one. */
  #merge(map: MapNode, source: ConfigNode): void {
    const sources = source.kind === "list" ? source.items : [source];
    for (const each of sources) {
      if (each.kind !== "map") {
        this.faults.push({ at: each.at, message: "<< needs a map, or a list of maps, to merge" });
        continue;
      }
      for (const [key, entry] of each.entries) if (!map.entries.has(key)) map.entries.set(key, entry);
    }
  }

  #named(alias: Alias): ConfigNode {
    const node = this.#anchors.get(alias.source);
    if (node) return node;
    const at = this.#start(alias);
    this.faults.push({
      at,
      message: "no anchor of that name before this alias; a text that begins with * needs quotes",
    });
    return { kind: "text", at, text: "" };
  }

  #start(node: unknown): Position {
    const range = (node as { range?: [number, number, number] | null } | null)?.range;
    return this.place(range?.[0] ?? 0);
  }
}
