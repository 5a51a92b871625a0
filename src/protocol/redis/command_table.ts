/**
 * The table of Redis commands, up to Redis 8.10. `commands/` declares them, one line each; this file completes the
 * declarations with what follows from them. Everything that must know a command reads it here.
 * Source: `COMMAND` and `COMMAND DOCS` of Redis 7.0.15, which a conformance test compares every entry with, and the
 * command reference on redis.io for what came later.
 */
import type { Command, Handling, KeySpec } from "./command.ts";
import { ARRAY } from "./commands/array.ts";
import { BITMAP } from "./commands/bitmap.ts";
import { categoriesOf } from "./commands/categories.ts";
import { CLUSTER } from "./commands/cluster.ts";
import { CONNECTION } from "./commands/connection.ts";
import type { CommandGroup, Declaration } from "./commands/declaration.ts";
import { GENERIC } from "./commands/generic.ts";
import { GEO } from "./commands/geo.ts";
import { HASH } from "./commands/hash.ts";
import { HYPERLOGLOG } from "./commands/hyperloglog.ts";
import { LIST } from "./commands/list.ts";
import { PUBSUB } from "./commands/pubsub.ts";
import { blocking, type Refusal } from "./commands/refusals.ts";
import { SCRIPTING } from "./commands/scripting.ts";
import { SERVER } from "./commands/server.ts";
import { SET } from "./commands/set.ts";
import { SORTED_SET } from "./commands/sorted_set.ts";
import { STREAM } from "./commands/stream.ts";
import { STRING } from "./commands/string.ts";
import { TRANSACTIONS } from "./commands/transactions.ts";
import { VECTOR_SET } from "./commands/vector_set.ts";

const GROUPS: readonly CommandGroup[] = [
  STRING,
  HASH,
  LIST,
  SET,
  SORTED_SET,
  STREAM,
  GEO,
  BITMAP,
  HYPERLOGLOG,
  ARRAY,
  VECTOR_SET,
  GENERIC,
  SCRIPTING,
  CONNECTION,
  TRANSACTIONS,
  PUBSUB,
  SERVER,
  CLUSTER,
];

/** What a declaration gets from the container or group around it. */
interface Surroundings {
  readonly group: CommandGroup;
  readonly container: string;
  readonly handling: Handling;
  readonly refuse: Refusal | undefined;
  readonly stateful: boolean;
  readonly primaryOnly: boolean;
  readonly also: string;
}

let nextId = 0;

/** The commands a request can begin with, in the order of their ids. Subcommands are in their containers. */
export const COMMANDS: readonly Command[] = GROUPS.flatMap((group) => {
  const refuse = group.refuse;
  const handling = group.handling ?? (refuse === undefined ? "forward" : "refuse");
  const around = {
    group,
    container: "",
    handling,
    refuse,
    stateful: group.stateful ?? false,
    primaryOnly: false,
    also: "",
  };
  return group.commands.map((declared) => complete(declared, around));
});

/** Commands and subcommands; everyone stands at the index that is its id. */
export const ALL_COMMANDS: readonly Command[] = COMMANDS.flatMap((
  command,
) => [command, ...command.subcommands]);

/** The group of documentation that one of these categories is, such as string for @string; undefined when none is. */
export function groupOfCategories(categories: readonly string[]): string | undefined {
  return GROUPS.find((group) => group.categories !== "" && categories.includes(group.categories))?.name;
}

function complete(declared: Declaration, around: Surroundings): Command {
  const id = nextId++;
  const within = surroundingsIn(declared, around);
  const flags = words(declared.flags);
  if (declared.keys.some(isMovable)) flags.push("movablekeys");
  const name = around.container === "" ? declared.name : `${around.container}|${declared.name}`;
  const categories = categoriesOf(flags, declaredCategories(declared, within));
  const isDangerous = categories.includes("@admin") || categories.includes("@dangerous");
  const blockingKeyword = declared.blockingKeyword ?? "";
  return {
    id,
    name,
    arity: declared.arity,
    flags: flags.sort(),
    categories,
    keys: declared.keys,
    handling: within.handling,
    merge: declared.merge ?? null,
    refusal: within.refuse === undefined ? "" : refusalOf(name, within.refuse),
    group: around.group.name,
    since: declared.since,
    administrative: isDangerous && declared.keys.length === 0 && !declared.open,
    connectionNeutral: !within.stateful,
    retrySafe: flags.includes("readonly"),
    forReplicas: flags.includes("readonly") && isForReplicas(declared, within),
    cursor: declared.cursor ?? 0,
    blockingKeyword,
    timeoutAt: declared.timeoutAt ?? 0,
    subcommands: declared.subcommands.map((sub) => complete(sub, { ...within, container: name })),
    singleKey: within.handling === "forward" && blockingKeyword === "" && isOnePlainKey(declared.keys),
    write: flags.includes("write"),
  };
}

/** What holds for the command and, when it is a container, for its subcommands unless they say otherwise. */
function surroundingsIn(declared: Declaration, around: Surroundings): Surroundings {
  const waits = declared.flags.includes("blocking") && declared.timeoutAt === undefined &&
    declared.blockingKeyword === undefined;
  let { handling, refuse } = around;
  if (declared.merge !== undefined) [handling, refuse] = ["everywhere", undefined];
  else if (declared.handling !== undefined) [handling, refuse] = [declared.handling, undefined];
  else if (declared.refuse !== undefined) [handling, refuse] = ["refuse", declared.refuse];
  else if (waits) [handling, refuse] = ["refuse", blocking];
  const stateful = declared.stateful ?? refuse?.stateful ?? around.stateful;
  const primaryOnly = declared.primaryOnly ?? around.primaryOnly;
  return { ...around, handling, refuse, stateful, primaryOnly, also: declared.also ?? around.also };
}

/** A cursor means something only to the server it came from, and so does a script. */
function isForReplicas({ keys, cursor }: Declaration, { handling, primaryOnly }: Surroundings): boolean {
  const isRouted = handling === "forward" || handling.startsWith("split");
  return isRouted && keys.length > 0 && cursor === undefined && !primaryOnly;
}

function declaredCategories(declared: Declaration, within: Surroundings): string[] {
  const isContainer = declared.subcommands.length > 0;
  const own = declared.categories ?? (isContainer ? "" : within.group.categories);
  return [...words(own), ...words(within.also)];
}

/** Whether there is one key, in argument 1, and nothing has to be looked at to know so. */
export function isOnePlainKey(keys: readonly KeySpec[]): boolean {
  const [spec] = keys;
  return keys.length === 1 && spec!.begin === 1 && spec!.last === 0 && spec!.isKey && !isMovable(spec!);
}

/** True when one has to look at the arguments to know where the keys are. */
function isMovable(spec: KeySpec): boolean {
  return spec.find !== "range" || spec.keyword !== "";
}

function refusalOf(name: string, { text, isServers = false }: Refusal): string {
  return isServers ? text : `${displayName(name)} ${text}`;
}

/** The name as a client writes it: CLIENT ID. */
function displayName(name: string): string {
  return name.toUpperCase().replace("|", " ");
}

function words(text: string): string[] {
  return text === "" ? [] : text.split(" ");
}
