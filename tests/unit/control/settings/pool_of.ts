/** Pools for tests of what is done with their servers. */
import { type Config, loadConfig, type PoolConfig } from "../../../../src/config/mod.ts";

/** A pool with these servers, written as in the file. */
export function poolOf(servers: readonly string[], name = "cache"): PoolConfig {
  return configOf({ [name]: servers }).pools[0]!;
}

/** A configuration with these pools. */
export function configOf(pools: Readonly<Record<string, readonly string[]>>): Config {
  const entries = Object.entries(pools).map(([name, servers], i) =>
    [name, { listen: `127.0.0.1:${2000 + i}`, redis: true, servers }] as const
  );
  const { config, faults } = loadConfig(JSON.stringify(Object.fromEntries(entries)), "test.yml");
  if (config === null) throw new Error(faults.map(({ message }) => message).join("\n"));
  return config;
}
