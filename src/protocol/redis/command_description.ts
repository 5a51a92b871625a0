/**
 * How Redis describes a command to its clients: the entries of `COMMAND` and `COMMAND DOCS`. Only what the proxy
 * serves is described; to a client, the rest does not exist.
 */
import { type Catalogue, TABLE } from "./catalogue.ts";
import type { Command, KeySpec } from "./command.ts";
import { ReplyMap, ReplySet, type ReplyValue, Status } from "./reply_value.ts";

/**
 * The entry of `COMMAND` and `COMMAND INFO`, ten elements.
 *
 * Shape: the list of tips is always empty. Tips tell a cluster client how to spread a command over servers, which
 * is what the proxy is for. Subcommands that are refused are left out.
 */
export function describeCommand(command: Command, catalogue: Catalogue = TABLE): readonly ReplyValue[] {
  const subcommands = catalogue.subcommandsOf(command).map((each) => describeCommand(each, catalogue));
  return [
    command.name,
    command.arity,
    statuses(command.flags),
    ...keyRange(command.keys),
    statuses(command.categories),
    new ReplySet([]),
    new ReplySet(command.keys.map(describeKeys)),
    // Redis sends a set only where it is empty.
    subcommands.length === 0 ? new ReplySet([]) : subcommands,
  ];
}

/**
 * The entry of `COMMAND DOCS`, names and values in turn: facts, no prose.
 *
 * Shape: the summary is empty rather than absent, because redis-cli prints it without asking whether it is there.
 */
export function documentCommand(command: Command, catalogue: Catalogue = TABLE): ReplyValue {
  const facts: ReplyValue[] = ["summary", ""];
  if (command.since !== "") facts.push("since", command.since);
  facts.push("group", command.group, "arity", command.arity);
  const served = catalogue.subcommandsOf(command);
  const documents = served.flatMap((sub) => [sub.name, documentCommand(sub, catalogue)]);
  if (served.length > 0) facts.push("subcommands", new ReplyMap(documents));
  return new ReplyMap(facts);
}

/**
 * First key, last key and step, which `COMMAND` printed before there were key specifications.
 *
 * Shape: the specifications with fixed places taken together, since none of them leaves a gap; zeros without any.
 */
function keyRange(keys: readonly KeySpec[]): [first: number, last: number, step: number] {
  const fixed = keys.filter((spec) => spec.find === "range" && spec.keyword === "");
  return fixed.length === 0 ? [0, 0, 0] : [fixed[0]!.begin, lastKey(fixed.at(-1)!), fixed[0]!.step];
}

function lastKey(spec: KeySpec): number {
  return spec.last < 0 ? spec.last : spec.begin + spec.last;
}

function describeKeys(spec: KeySpec): ReplyValue {
  return new ReplyMap([
    "flags",
    statuses(spec.flags),
    "begin_search",
    beginSearch(spec),
    "find_keys",
    findKeys(spec),
  ]);
}

function beginSearch(spec: KeySpec): ReplyValue {
  if (spec.find === "unknown" || spec.find === "sort-store") return typed("unknown", []);
  if (spec.keyword !== "") return typed("keyword", ["keyword", spec.keyword, "startfrom", spec.begin]);
  return typed("index", ["index", spec.begin]);
}

function findKeys(spec: KeySpec): ReplyValue {
  switch (spec.find) {
    case "range":
      return typed("range", ["lastkey", spec.last, "keystep", spec.step, "limit", spec.limit]);
    case "count":
      return typed("keynum", ["keynumidx", 0, "firstkey", spec.first, "keystep", spec.step]);
    default:
      return typed("unknown", []);
  }
}

function typed(type: string, fields: readonly ReplyValue[]): ReplyValue {
  return new ReplyMap(["type", type, "spec", new ReplyMap(fields)]);
}

/** Words such as flags, each as a simple string. */
export function statuses(words: readonly string[]): ReplyValue {
  return new ReplySet(words.map((word) => new Status(word)));
}
