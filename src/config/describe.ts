/** A resolved configuration in words, for people: each option as its file would have it, secrets masked. */
import { isDeepStrictEqual } from "node:util";
import { INSTANCE_OPTIONS } from "./instance_options.ts";
import type { Config } from "./load.ts";
import { type ConfigForm, defaultOf, type Options, pairsOf, showValue } from "./option.ts";
import { POOL_OPTIONS, type PoolConfig } from "./pool_options.ts";

/** One option of a resolved configuration. */
export interface DescribedOption {
  /** As the file calls it; an option of a map has the map's before it: `tls.cert`, `log.level`. */
  key: string;
  /** As the file would have it, with its unit; a secret as a mask. */
  value: string;
  /** True when the value is what the option has when it is left out. */
  isDefault: boolean;
}

/** The options of a pool, in the order of the option table; `servers` is left to the caller. */
export function describePool(pool: PoolConfig, form: ConfigForm): DescribedOption[] {
  const { servers: _, ...options } = POOL_OPTIONS;
  return describe(options, pool, form, "");
}

/** The options beside the pools. */
export function describeInstance(config: Config): DescribedOption[] {
  return describe(INSTANCE_OPTIONS, config, config.form, "");
}

/** A map is described option by option when there is one. */
function describe(options: Options, values: object, form: ConfigForm, prefix: string): DescribedOption[] {
  return pairsOf(options, values).flatMap(({ option, value }) => {
    const key = prefix + option.key;
    if ("options" in option.type && value !== null) {
      return describe(option.type.options, value as object, form, `${key}.`);
    }
    const isDefault = isDeepStrictEqual(value, defaultOf(option, form));
    return [{ key, value: showValue(option, value), isDefault }];
  });
}
