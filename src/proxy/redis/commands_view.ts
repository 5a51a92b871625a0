/** What a pool knows of its servers' commands, as plain data. */
import { TABLE } from "../../protocol/redis/catalogue.ts";
import type { Command, KeySpec } from "../../protocol/redis/command.ts";
import { ALL_COMMANDS } from "../../protocol/redis/command_table.ts";
import { WRITES } from "../../protocol/redis/commands/key_specs.ts";
import { hasCommand } from "../../protocol/redis/learned/server_commands.ts";
import type { Backend } from "../backend.ts";
import type { Pool } from "../pool.ts";
import type { Learner } from "./learner.ts";

/** What one server has told. */
export interface ServerTold {
  readonly server: string;
  /** How many commands it has; 0 while it has not told. */
  readonly commands: number;
  /** Why it has not told when it was asked last; empty when it has, or was not asked. */
  readonly fault: string;
}

/** A command that the proxy's table lacks, and that is served. */
export interface LearnedCommand {
  readonly name: string;
  readonly arity: number;
  readonly flags: readonly string[];
  /** Where its keys are, as `commands` declares it: `read 1`. */
  readonly keys: string;
  /** Servers that lack it, and say so when they are asked. */
  readonly missing: readonly string[];
}

/** The commands of one pool, as one worker knows them. */
export interface PoolCommands {
  readonly pool: string;
  readonly servers: readonly ServerTold[];
  readonly learned: readonly LearnedCommand[];
  readonly refused: readonly { readonly name: string; readonly reason: string }[];
  /** Commands of the table that some server lacks. */
  readonly lacking: readonly string[];
}

/** Describes what a pool has learned. */
export function describeCommands({ config, backends }: Pool, learner: Learner): PoolCommands {
  const { catalogue } = learner;
  const all = catalogue.learned.flatMap((command) => [command, ...command.subcommands])
    .filter(({ subcommands }) => subcommands.length === 0);
  return {
    pool: config.name,
    servers: backends.map((backend) => {
      const { commands, fault } = learner.toldBy(backend);
      return { server: backend.server.name, commands: commands?.names.size ?? 0, fault };
    }),
    learned: all.filter(({ handling }) => handling !== "refuse").map((command) => ({
      ...describe(command),
      missing: missingOn(command, backends, learner),
    })),
    refused: all.filter(({ handling }) => handling === "refuse")
      .map(({ name, refusal }) => ({ name, reason: refusal })),
    lacking: ALL_COMMANDS.filter((command) => TABLE.isServed(command) && !catalogue.isServed(command))
      .map(({ name }) => name),
  };
}

/** None when no server tells of it: then nobody but the configuration knows where it is. */
function missingOn(command: Command, backends: readonly Backend[], learner: Learner): string[] {
  const told = backends.filter((backend) => learner.toldBy(backend).commands !== null);
  const lacking = told.filter((backend) => !hasCommand(learner.toldBy(backend).commands!, command));
  return lacking.length === told.length ? [] : lacking.map(({ server }) => server.name);
}

function describe({ name, arity, flags, keys, write }: Command): Omit<LearnedCommand, "missing"> {
  const accessOf = ({ needs }: KeySpec) => write && (needs & WRITES) !== 0 ? "write" : "read";
  const places = keys.filter(({ isKey }) => isKey).map((spec) => `${accessOf(spec)} ${placeOf(spec)}`);
  return { name, arity, flags, keys: places.join(", ") || "none" };
}

function placeOf({ keyword, begin, find, last, limit, step }: KeySpec): string {
  const first = keyword === "" ? String(begin) : `behind ${keyword}`;
  if (find === "count") return `count ${first}`;
  if (last === 0) return first;
  const end = last < 0 ? last : begin + last;
  const by = step === 1 ? "" : ` by ${step}`;
  return `${first}..${end}${limit > 1 ? `/${limit}` : ""}${by}`;
}
