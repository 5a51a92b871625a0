/**
 * What is different between two configurations, by value: where and in which order things stand in their files
 * doesn't count, but the content of the files they name isn't known here. Pools and servers are matched by name.
 */
import { isDeepStrictEqual } from "node:util";
import type { Address } from "./address.ts";
import { INSTANCE_OPTIONS, type InstanceConfig } from "./instance_options.ts";
import type { Config } from "./load.ts";
import { type Options, pairsOf, showValue } from "./option.ts";
import { POOL_OPTIONS, type PoolConfig } from "./pool_options.ts";
import type { ServerConfig } from "./server_entry.ts";

/** What the second of two configurations has different. */
export interface ConfigDiff {
  /** Names of the pools that only the second has. */
  added: string[];
  /** Names of the pools that only the first has. */
  removed: string[];
  /** The pools that both have, and that differ. */
  changed: PoolDiff[];
  /** Options beside the pools. */
  instance: OptionChange<keyof InstanceConfig>[];
}

/** What is different in a pool; at least one thing. */
export interface PoolDiff {
  name: string;
  options: OptionChange<Exclude<keyof PoolConfig, "name" | "servers">>[];
  servers: ServersDiff;
}

/** An option with another value. */
export interface OptionChange<F extends string = string> {
  /** Field of the `PoolConfig` or `Config` it is in. */
  field: F;
  /** As files call it, with the maps it stands in: `timeout`, `tls.cert`, `log.level`. */
  key: string;
  /** Before and after, as files have them; secrets as masks, so that both may read the same. */
  from: string;
  to: string;
}

/** What is different among the servers of a pool. */
export interface ServersDiff {
  added: ServerConfig[];
  removed: ServerConfig[];
  reweighted: { name: string; from: number; to: number }[];
  /** Servers that kept their name and have another address. */
  moved: { name: string; from: Address; to: Address }[];
}

/** Compares two configurations. */
export function diffConfigs(old: Config, next: Config): ConfigDiff {
  const before = byName(old.pools);
  const after = byName(next.pools);
  return {
    added: next.pools.filter(({ name }) => !before.has(name)).map(({ name }) => name),
    removed: old.pools.filter(({ name }) => !after.has(name)).map(({ name }) => name),
    changed: next.pools.flatMap((pool) => {
      const earlier = before.get(pool.name);
      return earlier ? diffPool(earlier, pool) : [];
    }),
    instance: diffOptions(INSTANCE_OPTIONS, old, next) as ConfigDiff["instance"],
  };
}

/** Whether the two configurations are the same. */
export function changesNothing({ added, removed, changed, instance }: ConfigDiff): boolean {
  return added.length + removed.length + changed.length + instance.length === 0;
}

/** None or one. */
function diffPool(old: PoolConfig, next: PoolConfig): PoolDiff[] {
  const { servers: _, ...declared } = POOL_OPTIONS;
  const options = diffOptions(declared, old, next) as PoolDiff["options"];
  const servers = diffServers(old.servers, next.servers);
  const isSame = options.length === 0 && Object.values(servers).every((changes) => changes.length === 0);
  return isSame ? [] : [{ name: next.name, options, servers }];
}

function diffOptions(options: Options, old: object, next: object): OptionChange[] {
  const before = pairsOf(options, old);
  return pairsOf(options, next).flatMap(({ field, option, value }, index) => {
    const changes = diffOption(option, before[index]!.value, value, option.key);
    return changes.map((change) => ({ field, ...change }));
  });
}

/** Of a map that both have, the options in it that differ. */
function diffOption(
  option: Options[string],
  old: unknown,
  next: unknown,
  key: string,
): Omit<OptionChange, "field">[] {
  if (isDeepStrictEqual(old, next)) return [];
  if (!("options" in option.type) || old === null || next === null) {
    return [{ key, from: showValue(option, old), to: showValue(option, next) }];
  }
  const before = pairsOf(option.type.options, old as object);
  return pairsOf(option.type.options, next as object).flatMap((part, index) =>
    diffOption(part.option, before[index]!.value, part.value, `${key}.${part.option.key}`)
  );
}

function diffServers(old: readonly ServerConfig[], next: readonly ServerConfig[]): ServersDiff {
  const before = byName(old);
  const after = byName(next);
  const kept = next.flatMap((server) => {
    const earlier = before.get(server.name);
    return earlier ? [{ name: server.name, earlier, server }] : [];
  });
  return {
    added: next.filter(({ name }) => !before.has(name)),
    removed: old.filter(({ name }) => !after.has(name)),
    reweighted: kept.filter(({ earlier, server }) => earlier.weight !== server.weight)
      .map(({ name, earlier, server }) => ({ name, from: earlier.weight, to: server.weight })),
    moved: kept.filter(({ earlier, server }) => !isDeepStrictEqual(earlier.address, server.address))
      .map(({ name, earlier, server }) => ({ name, from: earlier.address, to: server.address })),
  };
}

function byName<T extends { readonly name: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.map((item) => [item.name, item]));
}
