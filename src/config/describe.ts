/** A resolved configuration in words, for people: each option as its file would have it, secrets masked. */
import { LIMIT_OPTIONS, LOG_OPTIONS } from "./instance_options.ts";
import type { Config } from "./load.ts";
import { type ConfigForm, defaultOf, type Options, showValue } from "./option.ts";
import { POOL_OPTIONS, type PoolConfig } from "./pool_options.ts";

/** One option of a resolved configuration. */
export interface DescribedOption {
  /** As the file calls it. */
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

/** The options beside the pools, with the section in the key: `log.level`. */
export function describeInstance(config: Config): DescribedOption[] {
  return [
    ...describe(LOG_OPTIONS, config.log, config.form, "log."),
    ...describe(LIMIT_OPTIONS, config, config.form, "limits."),
  ];
}

function describe<O extends Options>(
  options: O,
  values: { readonly [F in keyof O]: unknown },
  form: ConfigForm,
  prefix: string,
): DescribedOption[] {
  return Object.entries(options).map(([field, option]) => {
    const value = values[field];
    return {
      key: prefix + option.key,
      value: showValue(option, value),
      isDefault: value === defaultOf(option, form),
    };
  });
}
