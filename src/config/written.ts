/** A resolved configuration as a file of our form would have it: every option, secrets masked. */
import { isDeepStrictEqual } from "node:util";
import { INSTANCE_OPTIONS } from "./instance_options.ts";
import type { Config } from "./load.ts";
import { MASK, type Option, type Options, pairsOf } from "./option.ts";
import { POOL_OPTIONS } from "./pool_options.ts";
import type { PlainType } from "./value.ts";
import { writeYaml } from "./yaml.ts";

/** A value as YAML and JSON have it; null is an option that is left out. */
export type Written = string | number | boolean | null | Written[] | WrittenMap;

/** A map of options by their keys. */
export interface WrittenMap {
  [key: string]: Written;
}

/** The configuration as a tree: `pools` by name, and the options beside them. */
export function writtenConfig(config: Config): WrittenMap {
  const pools = config.pools.map((pool) => [pool.name, writeMap(POOL_OPTIONS, pool)]);
  return { pools: Object.fromEntries(pools), ...writeMap(INSTANCE_OPTIONS, config) };
}

/** The configuration as YAML; what is left out is left out here too, so that it can be loaded. */
export function configYaml(config: Config): string {
  return writeYaml(withoutNulls(writtenConfig(config)));
}

function writeMap(options: Options, values: object): WrittenMap {
  const pairs = pairsOf(options, values);
  return Object.fromEntries(pairs.map(({ option, value }) => [option.key, writeValue(option, value)]));
}

function writeValue({ type, secret }: Option<unknown>, value: unknown): Written {
  if (secret && value !== null) return MASK;
  if ("options" in type) return value === null ? null : writeMap(type.options, value as object);
  if (type.written !== undefined) return type.written(value);
  const isScalar = typeof value === "number" || typeof value === "boolean";
  const ways = isScalar ? [value, type.show(value)] : [type.show(value)];
  return ways.find((way) => meansThat(type, way, value)) ?? null;
}

/** Some values have words of their own (`off`, `auto`), and some are shown with a unit that no file takes. */
function meansThat(type: PlainType<unknown>, way: string | number | boolean, value: unknown): boolean {
  const { success, data } = type.schema.safeParse(String(way));
  return success && isDeepStrictEqual(data, value);
}

function withoutNulls(map: WrittenMap): WrittenMap {
  const kept = Object.entries(map).filter(([, value]) => value !== null);
  return Object.fromEntries(kept.map(([key, value]) => [key, isMap(value) ? withoutNulls(value) : value]));
}

function isMap(value: Written): value is WrittenMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
