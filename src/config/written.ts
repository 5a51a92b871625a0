/** A resolved configuration as a file of our form would have it: every option, secrets masked. */
import { INSTANCE_OPTIONS } from "./instance_options.ts";
import type { Config } from "./load.ts";
import { MASK, type Option, type Options, pairsOf } from "./option.ts";
import { POOL_OPTIONS } from "./pool_options.ts";
import { formatServer, type ServerConfig } from "./server_entry.ts";
import { writeYaml } from "./yaml.ts";

/** A value as YAML and JSON have it; null is an option that is left out. */
export type Written = string | number | boolean | null | Written[] | { [key: string]: Written };

/** The configuration as a tree: `pools` by name, and what stands beside it. */
export function writtenConfig(config: Config): { [key: string]: Written } {
  const pools = config.pools.map((pool) => [pool.name, writeAll(POOL_OPTIONS, pool)] as const);
  return { ...writeAll(INSTANCE_OPTIONS, config), pools: Object.fromEntries(pools) };
}

/** The configuration as YAML; what is left out is left out here too, so that it can be loaded. */
export function configYaml(config: Config): string {
  return writeYaml(withoutNulls(writtenConfig(config)));
}

function writeAll(options: Options, values: object): { [key: string]: Written } {
  return Object.fromEntries(
    pairsOf(options, values).map(({ option, value }) => [option.key, write(option, value)]),
  );
}

function write(option: Option<unknown>, value: unknown): Written {
  if (option.secret && value !== null) return MASK;
  if (value === null || typeof value === "number" || typeof value === "boolean") return value;
  if (option === POOL_OPTIONS.servers) return (value as ServerConfig[]).map(formatServer);
  if ("options" in option.type) return writeAll(option.type.options, value as object);
  return option.type.show(value);
}

function withoutNulls(value: Written): Written {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  const kept = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(kept.map(([key, each]) => [key, withoutNulls(each)]));
}
