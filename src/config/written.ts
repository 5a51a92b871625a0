/** A resolved configuration as a file of our form would have it: every option, secrets masked. */
import { SECTIONS } from "./instance_options.ts";
import type { Config } from "./load.ts";
import { MASK, type Options } from "./option.ts";
import { POOL_OPTIONS } from "./pool_options.ts";
import { formatServer } from "./server_entry.ts";
import { writeYaml } from "./yaml.ts";

/** A value as YAML and JSON have it; null is an option that is left out. */
export type Written = string | number | boolean | null | Written[] | { [key: string]: Written };

/** The configuration as a tree: `pools` by name, and the sections beside it. */
export function writtenConfig(config: Config): { [key: string]: Written } {
  const pools = config.pools.map((pool) => [pool.name, { ...write(POOL_OPTIONS, pool) }] as const);
  const values: Record<string, object> = { log: config.log, limits: config };
  const sections = Object.entries(SECTIONS).map(([key, options]) =>
    [key, write(options, values[key]!)] as const
  );
  return { pools: Object.fromEntries(pools), ...Object.fromEntries(sections) };
}

/** The configuration as YAML; what is left out is left out here too, so that it can be loaded. */
export function configYaml(config: Config): string {
  return writeYaml(withoutNulls(writtenConfig(config)));
}

function write(options: Options, values: object): { [key: string]: Written } {
  const written = Object.entries(options).map(([field, option]) => {
    const value = (values as Record<string, unknown>)[field];
    if (option.secret && value !== null) return [option.key, MASK];
    const isPlain = value === null || typeof value === "number" || typeof value === "boolean";
    if (field === "servers") {
      return [option.key, (values as Config["pools"][number]).servers.map(formatServer)];
    }
    return [option.key, isPlain ? value : option.type.show(value)];
  });
  return Object.fromEntries(written);
}

function withoutNulls(value: Written): Written {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  const kept = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(kept.map(([key, each]) => [key, withoutNulls(each)]));
}
