/** `sennit check FILE`: what a file resolves to, or everything that is wrong with it. */
import {
  type Config,
  type DescribedOption,
  describeInstance,
  describePool,
  formatAddress,
  formatFault,
  type PoolConfig,
} from "../config/mod.ts";
import { readConfigFile } from "../control/settings/config_file.ts";
import type { Output } from "./output.ts";

/**
 * Checks `file`: the resolved pools go to standard output, warnings, faults and the verdict to standard error.
 *
 * Shape: 0 when the file can be used, 1 when not.
 */
export async function check(file: string, output: Output): Promise<number> {
  const { config, faults, warnings } = await readConfigFile(file);
  for (const warning of warnings) output.err(`warning: ${formatFault(warning)}`);
  for (const fault of faults) output.err(formatFault(fault));
  if (config) output.out(describeConfig(config));
  const count = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
  // nutcracker's verdict, word for word, for scripts that look for it.
  output.err(`sennit: configuration file '${file}' syntax is ${config ? "ok" : `invalid: ${count}`}`);
  return config ? 0 : 1;
}

function describeConfig(config: Config): string {
  const form = config.form === "nutcracker" ? "nutcracker's form" : "sennit's form";
  const count = config.pools.length === 1 ? "1 pool" : `${config.pools.length} pools`;
  return [
    `${config.file}: ${form}, ${count}`,
    ...config.pools.map((pool) => ["", describeOnePool(pool, config)].join("\n")),
    "",
    ...optionRows(describeInstance(config)),
  ].join("\n");
}

function describeOnePool(pool: PoolConfig, config: Config): string {
  const servers = pool.servers.map((
    { name, address, weight },
  ) => [name, formatAddress(address), String(weight)]);
  return [
    `pool ${JSON.stringify(pool.name)}`,
    ...optionRows(describePool(pool, config.form)),
    "  servers",
    ...rows([["name", "address", "weight"], ...servers], "    "),
  ].join("\n");
}

function optionRows(options: DescribedOption[]): string[] {
  return rows(options.map(({ key, value, isDefault }) => [key, value, isDefault ? "(default)" : ""]), "  ");
}

/** Cells in columns as wide as their longest cell. */
function rows(cells: string[][], indent: string): string[] {
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  return cells.map((row) =>
    (indent + row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ")).trimEnd()
  );
}
