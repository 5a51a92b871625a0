/** Configurations as values, from the texts that tests write. */
import { type Config, formatFault, loadConfig } from "../../src/config/mod.ts";
import { poolConfig, type PoolText } from "./pool_config.ts";

/** The configuration of these pools, with `instance` in front of them, in our form. Errors: throws its faults. */
export function loadedConfig(pools: readonly PoolText[], instance = ""): Config {
  const { config, faults } = loadConfig(configText(pools, instance), "test.yml");
  if (config === null) throw new Error(faults.map(formatFault).join("\n"));
  return config;
}

/** The text of a file in our form; the admin endpoint, whose port the tests of a machine would share, is off. */
export function configText(pools: readonly PoolText[], instance = ""): string {
  const texts = pools.map((pool) => poolConfig({ ...pool, options: { hash: "murmur", ...pool.options } }));
  const indented = texts.join("").replaceAll(/^(?=.)/gm, "  ");
  return `admin: { listen: off }\n${instance === "" ? "" : `${instance}\n`}pools:\n${indented}`;
}
