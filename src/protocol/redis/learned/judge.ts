/**
 * Makes one command of what the servers of a pool say of it, and of what the pool's configuration declares; or finds
 * why it can't be served. A command whose keys the proxy can't find, or that would do more to a connection than
 * answer on it, is refused: what the configuration declares, it takes on itself.
 */
import type { KeySpec } from "../command.ts";
import type { DeclaredCommand } from "./declared_command.ts";
import type { ToldCommand } from "./told_command.ts";
import { fewestArguments, standAlike } from "./told_keys.ts";

/** What a server says. */
export interface Told {
  readonly server: string;
  readonly command: ToldCommand;
}

/** What is made of it. */
export interface Verdict {
  readonly name: string;
  readonly arity: number;
  readonly flags: readonly string[];
  readonly categories: readonly string[];
  readonly keys: readonly KeySpec[];
  /** Declared to wait for what others do. */
  readonly blocks: boolean;
  readonly isDeclared: boolean;
  /** Why it is refused: what follows the name. Empty when it is served. */
  readonly refusal: string;
  readonly subcommands: readonly Verdict[];
}

/** Flags that a command is refused for, and why. */
const REFUSED_FLAGS: readonly (readonly [flag: string, why: string])[] = [
  ["admin", "administers one server"],
  ["pubsub", "is about channels, in a way that the proxy doesn't know"],
  ["noscript", "may change the server connection it runs on, and clients of this pool share those"],
  ["blocking", "may wait for data, and the server doesn't say when and for how long"],
];

/** A container is nothing without a subcommand. */
const CONTAINER_ARITY = -2;
const NO_KEYS = "names no keys, so that nobody can tell which server it is for";
const REMEDY = "; `commands` in the pool's configuration can declare it";

/** What is made of a command that at least one server has, and that nobody declares. */
function judge(told: readonly Told[]): Verdict {
  const { name, keys } = told[0]!.command;
  const subcommands = judgeAll(
    told.flatMap(({ server, command }) => command.subcommands.map((each) => ({ server, command: each }))),
  );
  const flags = commonFlags(told);
  const refusal = subcommands.length > 0 ? "" : refusalOf(told, flags);
  return {
    name,
    arity: subcommands.length > 0 ? CONTAINER_ARITY : loosestArity(told, keys),
    flags,
    categories: union(told.map(({ command }) => command.categories)),
    keys: refusal === "" ? widestAccess(told) : [],
    blocks: false,
    isDeclared: false,
    refusal: refusal === "" ? "" : refusal + REMEDY,
    subcommands,
  };
}

/** The verdicts about all commands that servers tell of, in the order of their names. */
export function judgeAll(
  told: readonly Told[],
  declared: ReadonlyMap<string, DeclaredCommand> = new Map(),
): Verdict[] {
  const byName = Map.groupBy(told, ({ command }) => command.name);
  const names = new Set([...byName.keys(), ...declared.keys()]);
  return [...names].sort().map((name) => {
    const each = byName.get(name) ?? [];
    const declaration = declared.get(name);
    return declaration === undefined ? judge(each) : asDeclared(name, declaration, each);
  });
}

/** The configuration says how it is served; what it leaves open, the servers may know. */
function asDeclared(
  name: string,
  { keys, writes, blocks, arity }: DeclaredCommand,
  told: readonly Told[],
): Verdict {
  const access = writes ? "write" : "readonly";
  const others = commonFlags(told).filter((flag) => !["write", "readonly", "blocking"].includes(flag));
  const fewest = fewestArguments(keys);
  return {
    name,
    arity: arity || loosestArity(told, keys) || -fewest,
    flags: [...others, access, ...(blocks ? ["blocking"] : [])],
    categories: [
      ...union(told.map(({ command }) => command.categories)).filter((each) =>
        !["@read", "@write", "@blocking", "@admin", "@dangerous"].includes(each)
      ),
      writes ? "@write" : "@read",
      ...(blocks ? ["@blocking"] : []),
    ],
    keys,
    blocks,
    isDeclared: true,
    refusal: "",
    subcommands: [],
  };
}

function refusalOf(told: readonly Told[], flags: readonly string[]): string {
  for (const [flag, why] of REFUSED_FLAGS) if (flags.includes(flag)) return why;
  for (const { command } of told) if (command.fault !== "") return command.fault;
  const [first, ...others] = told;
  const { keys, arity } = first!.command;
  for (const { server, command } of others) {
    if (standAlike(keys, command.keys)) continue;
    return `has its keys in other places on ${server} than on ${first!.server}`;
  }
  if (!keys.some(({ isKey }) => isKey)) return NO_KEYS;
  return arity > 0 && arity < fewestArguments(keys) ? "has less arguments than keys" : "";
}

/** A flag counts when one server says so; only what all say is harmless is. */
function commonFlags(told: readonly Told[]): string[] {
  const all = union(told.map(({ command }) => command.flags));
  return all.filter((flag) =>
    flag !== "readonly" || told.every(({ command }) => command.flags.includes(flag))
  );
}

/** What fits any of the servers, and has room for the keys; 0 when there are none. */
function loosestArity(told: readonly Told[], keys: readonly KeySpec[]): number {
  const arities = [...new Set(told.map(({ command }) => command.arity))];
  if (arities.length === 0) return 0;
  if (arities.length === 1 && arities[0]! > 0) return arities[0]!;
  const fewest = Math.min(...arities.map(Math.abs));
  return -Math.max(fewest, fewestArguments(keys));
}

/** The keys, which stand alike on all servers, with all that one of them does to them. */
function widestAccess(told: readonly Told[]): KeySpec[] {
  const [first, ...others] = told.map(({ command }) => command.keys);
  return first!.map((spec, i) => ({
    ...spec,
    needs: others.reduce((needs, keys) => needs | keys[i]!.needs, spec.needs),
  }));
}

function union(lists: readonly (readonly string[])[]): string[] {
  return [...new Set(lists.flat())].sort();
}
